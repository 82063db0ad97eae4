// An explanation says what the oracle did: the terms add up to the number it used, and a flip flips.
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "agents/life.hpp"
#include "agents/reasons.hpp"
#include "sim/rng/philox.hpp"
#include "tests/support/worlds.hpp"

using namespace agents;
using Kind = Moment::Kind;

namespace {

/// Dated changes of what a host and a leader are, and a second leader: everything that a term is made of moves.
World busy_world() {
  World w = support::lively_world(12, 156);
  w.parameters.kap_arrest = 3;
  w.features = {"trade", "hostility"};
  w.dyads.assign(w.leaders.size(), Eigen::MatrixXd::Zero(12, 2));
  for (Eigen::MatrixXd& x : w.dyads)
    for (Eigen::Index h = 0; h < 12; ++h) x(h, 0) = 0.08 * static_cast<double>(h), x(h, 1) = h == 3 ? -0.5 : 0;
  w.parameters.w_trade = 0.6, w.parameters.w_hostility = 0.4;
  for (std::size_t h = 0; h < 12; ++h) {
    w.hosts[h].J = 0.05 * static_cast<double>(h), w.hosts[h].Q = h % 2, w.hosts[h].W = 0.07 * static_cast<double>(h);
  }
  w.parameters.th_J = 1.5, w.parameters.th_Q = 1, w.parameters.th_W = 2.5, w.parameters.th_B = 0.8,
  w.parameters.th_R = 0.5;
  w.parameters.th_m = 1.4, w.parameters.iota = 0.3;
  for (Leader& l : w.leaders) l.S = 0.4, l.Pi = 0.5, l.R = 0.7;
  w.stances.push_back({agents::leader_id(0), agents::host_id(4), StanceKind::own, {20, 80}, -1});
  w.shocks.push_back({40, ShockTarget::J, ShockOp::set, 0.9, Shock::all, 5});
  w.shocks.push_back({60, ShockTarget::Pi, ShockOp::set, -0.5, 0});
  w.shocks.push_back({70, ShockTarget::feature, ShockOp::set, 0.9, 0, 2, Shock::all, 0});
  return w;
}

struct Witnessed {
  Moment moment;
  Decision decision;
};

std::vector<Witnessed> witnessed(const Stage& stage, std::uint32_t replicates) {
  Life life(stage);
  std::vector<Witnessed> all;
  for (std::uint32_t r = 0; r < replicates; ++r) {
    sim::PhiloxLuck luck(7, r);
    std::vector<Moment> moments;
    const History& h = life.live(luck, nullptr, &moments);
    for (const Moment& m : moments) all.push_back({m, h.decisions[m.decision]});
  }
  return all;
}

bool close(double a, double b) { return std::abs(a - b) <= 4e-6 * std::max({1.0, std::abs(a), std::abs(b)}); }
double sum(const Terms& t) { return std::accumulate(t.begin(), t.end(), 0.0); }

}  // namespace

TEST_CASE("reasons: what the equations make of a moment's inputs is the number that the oracle used") {
  const Stage stage(busy_world());
  std::array<int, 4> seen{};
  for (const Witnessed& w : witnessed(stage, 400)) {
    const Moment& m = w.moment;
    const Decision& d = w.decision;
    const Reckoning r = reckon(stage, inputs_at(stage, m));
    CAPTURE(m.week);
    CAPTURE(m.host.index);
    ++seen[static_cast<std::size_t>(m.kind)];
    switch (m.kind) {
      case Kind::answer:
        CHECK(close(r.U_go, m.used[0]));
        CHECK(close(r.U_delegate, m.used[1]));
        CHECK(close(r.p_go, m.used[2]));
        CHECK(close(r.p_go_or_delegate, m.used[3]));
        CHECK((d.answer == Answer::go) == happens(m.word, m.used[2]));
        break;
      case Kind::invitation:
        CHECK(close(r.p_refuse, m.used[0]));
        CHECK(close(r.p_withdraw_this_week, m.used[1]));
        CHECK((d.outcome == Outcome::withdrawn && d.week_out == m.week) == happens(m.word, m.used[1]));
        break;
      case Kind::look:
        CHECK(close(r.p_stay, m.used[0]));
        CHECK(close(r.pi_arrest, m.used[1]));
        CHECK((d.outcome == Outcome::stays_home) == happens(m.word, m.used[0]));
        break;
      case Kind::arrest:
        CHECK(close(r.p_arrest, m.used[0]));
        CHECK(r.p_arrest == doctest::Approx(d.p_arrest).epsilon(1e-5));
        break;
    }
  }
  for (const int n : seen) CHECK(n > 300);
}

TEST_CASE("reasons: the terms add up to the index, and none can be left out") {
  const Stage stage(busy_world());
  Terms largest{};
  int n = 0;
  for (const Witnessed& w : witnessed(stage, 80)) {
    const Moment& m = w.moment;
    const Inputs x = inputs_at(stage, m);
    const Reckoning r = reckon(stage, x);
    const Traced<float> c = compliance_terms(stage, x), u = utility_terms(stage, x);
    CHECK(c.value() == r.c);  // the same operations in the same order: the same bits
    CHECK(u.value() == r.U_go);
    CHECK(close(sum(c.terms()), r.c));
    CHECK(close(sum(u.terms()), r.U_go));
    const Chance p = chance(stage, x, m);
    const Traced<float> all = decision_terms(stage, x, m);
    CHECK(close(sum(all.terms()), all.value()));
    if (std::isfinite(p.logit)) CHECK(close(all.value(), m.kind == Kind::look ? -p.logit : p.logit));
    CHECK(c.terms()[0] == 0);  // nothing without a name
    for (std::size_t i = 0; i < term_count; ++i)
      largest[i] = std::max({largest[i], std::abs(c.terms()[i]), std::abs(u.terms()[i])});
    ++n;
  }
  CHECK(n > 5000);
  for (const Term t :
       {Term::membership, Term::judicial_independence, Term::implementing_legislation, Term::stance, Term::norm,
        Term::findings, Term::pressure, Term::western_pull, Term::resolve, Term::alliance_change, Term::retaliation,
        Term::value, Term::alliance, Term::isolation, Term::fear_of_arrest, Term::fear_of_refusal, Term::feature}) {
    CAPTURE(static_cast<int>(t));
    CHECK(largest[static_cast<std::size_t>(t)] > 0.01);
  }
}

TEST_CASE("reasons: a flip flips, and a little less does not") {
  const Stage stage(busy_world());
  std::array<int, 4> found{};
  for (const Witnessed& w : witnessed(stage, 12)) {
    const Moment& m = w.moment;
    const Inputs x = inputs_at(stage, m);
    const Chance here = chance(stage, x, m);
    const auto happens_with = [&](const Lever& lever, double value) {
      Inputs changed = x;
      (lever.feature >= 0 ? changed.now.features[static_cast<std::size_t>(lever.feature)] : *lever.of(changed)) = value;
      const Chance there = chance(stage, changed, m);
      return std::pair(there.logit > there.luck, there.logit > there.even);
    };
    const std::pair before(here.logit > here.luck, here.logit > here.even);
    for (const Flip& f : flips(stage, x, m)) {
      CAPTURE(f.lever.name);
      ++found[static_cast<std::size_t>(m.kind)];
      if (f.luck) CHECK(happens_with(f.lever, *f.luck).first != before.first);
      if (f.even) CHECK(happens_with(f.lever, *f.even).second != before.second);
      if (f.luck && !f.lever.whole)
        CHECK(happens_with(f.lever, f.now + 0.99 * (*f.luck - f.now)).first == before.first);
      if (f.even && !f.lever.whole)
        CHECK(happens_with(f.lever, f.now + 0.99 * (*f.even - f.now)).second == before.second);
    }
  }
  for (const int n : found) CHECK(n > 100);
}
