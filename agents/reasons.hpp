// Why a host or a leader decided as it did: the terms of the index behind the decision, in logits, and the smallest
// change of each single input that would have turned it. The equations are those of host.hpp and leader.hpp, read with
// numbers that remember their parts (traced.hpp).
#pragma once
#include <optional>
#include <vector>

#include "agents/moment.hpp"
#include "agents/stage.hpp"
#include "agents/standing.hpp"
#include "agents/traced.hpp"

namespace agents {

/// Every input of the equations at one moment.
struct Inputs {
  Attributes now;
  double nu = 0, findings = 0, pressure = 0, resolve = 0, delta = 0, cover = 0, order = 0, bound = 0, lead = 1;
  double V = 0, isolation = 0, hours = 0, exposure = 0, Lambda = 0, belief_mean = 0, belief_sd = 0;
  bool route = true;
};
Inputs inputs_at(const Stage& stage, const Moment& moment);

/// The norm in a week in which nothing has happened but the scenario's shocks and the decay.
double norm_at_rest(const Stage& stage, Week week);

/// What a host weighs with stocks at rest: no campaign, no findings, no history, a resolve of 0; norm and alliance
/// deviation as the scenario's shocks leave them.
Inputs at_rest(const Stage& stage, LeaderId leader, HostId host, Week week);

/// What the equations make of the inputs; numbers as in the week (float32).
struct Reckoning {
  float c = 0, refusal = 0, arrest = 0;  ///< logits: compliance index, refusing to receive, arresting (with a duty)
  float p_refuse = 0, p_withdraw_this_week = 0, p_arrest = 0;
  float pi_arrest = 0, pi_refuse = 0;
  float U_go = 0;     ///< with the fear of a refusal
  float U_going = 0;  ///< without: at the look it is gone
  float U_delegate = 0;
  float p_go = 0, p_go_or_delegate = 0, p_stay = 0;
};
Reckoning reckon(const Stage& stage, const Inputs& x);

/// The terms of c with the host's own resolve; they add up to Reckoning::c.
Traced<float> compliance_terms(const Stage& stage, const Inputs& x);
/// The terms of U_go, the fear of a refusal included.
Traced<float> utility_terms(const Stage& stage, const Inputs& x);

/// The chance that something decided: p comes about where the luck lies below it.
struct Chance {
  double p = 0;      ///< of going, of withdrawing (this week), of staying home, of arresting
  double logit = 0;  ///< the index behind it (for `answer` log p/(1-p)); -inf where there is no duty to arrest
  double even = 0;   ///< the logit at which it is as likely as not; not finite: there is none
  double luck = 0;   ///< the logit at which the luck of this history turns it; not finite: there is none
};
Chance chance(const Stage& stage, const Inputs& x, const Moment& moment);

/// The terms of the logit of going (answer), of withdrawing (invitation), of going ahead (look: the chance is of
/// staying home, so the sign is turned) or of arresting (arrest). terms()[0]: the reluctance b_0 of a leader.
Traced<float> decision_terms(const Stage& stage, const Inputs& x, const Moment& moment);

/// An input that can be changed by itself.
struct Lever {
  const char* name;    ///< "judicial independence"
  const char* symbol;  ///< of the ODD
  const char* key;     ///< in a scenario, with {host} and {leader}; empty: the history makes it
  const char* unit;
  double low, high;
  bool whole;  ///< 0 or 1
  double* (*of)(Inputs&);
  int feature = -1;  ///< column of World::features, instead of `of`
};
std::vector<Lever> levers(const Stage& stage);

struct Flip {
  Lever lever;
  double now = 0;
  std::optional<double> even, luck;  ///< nearest value at which the chance is even; at which this history turns
};
/// For every lever that has a say in the chance of this moment; the others are left out.
std::vector<Flip> flips(const Stage& stage, const Inputs& x, const Moment& moment);

}  // namespace agents
