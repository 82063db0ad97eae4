// Which parameters would have predicted the record: SMC squared (Chopin, Jacob and Papaspiliopoulos 2013). Sets of
// parameters drawn from the priors are weighed decision by decision by the chance that a particle filter of their own
// gave to what happened (an unbiased estimate of the likelihood); where few of them carry the weight they are resampled
// and moved by particle marginal Metropolis-Hastings (Andrieu, Doucet and Holenstein 2010). What they predicted before
// each decision is known on the way: rolling forecasts whose parameters, too, come from the earlier decisions alone.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "agents/world.hpp"
#include "sim/inference/figures.hpp"
#include "sim/inference/filter.hpp"
#include "sim/inference/posterior.hpp"

namespace sim {

/// One world and the decisions that its leaders faced; `decisions` row by row as `record`, `p` not read.
struct Evidence {
  agents::World world;
  std::vector<Opportunity> record;
  std::vector<Prediction> decisions;
  // What travels looked like beside the record's decisions; `whole`: the world with its own opportunities.
  std::vector<Figures> figures;
  agents::World whole;
};

struct FitSettings {
  std::uint64_t seed = 1;
  int chains = 4;       ///< fits that know nothing of each other; whether they agree tells what they are worth
  int draws = 100;      ///< sets of parameters that each carries
  int sweeps = 3;       ///< of moves at each resampling
  int scouts = 1600;    ///< sets that tell each chain, before the end, where the posterior lies
  int settling = 40;    ///< sweeps of moves at the end, where all decisions are known; after every eighth part of them,
                        ///< in the second half, the sets are kept for the posterior
  int particles = 160;  ///< of each filter
  int travelled = 1200;  ///< of all draws, resampled and weighed by the figures, with the parameters of travelling
  int histories = 64;    ///< lived for each of them
  int threads = 1;       ///< never changes a result
  std::function<void(std::int64_t)> on_progress =
      nullptr;                              ///< draws weighed so far (of both kinds), from one thread at a time
  const std::atomic<bool>* stop = nullptr;  ///< set from outside: the fit throws Stopped
};
struct Stopped {};

/// The parameters a record can speak about, by symbol: all with a prior but
/// those of a leader's own opportunities, which a replicate along a record
/// never meets.
std::vector<std::string> fitted_parameters();
/// Those of a leader's own opportunities that the figures speak about.
std::vector<std::string> travelling_parameters();

/// Everything but Posterior::record is filled in. With Lambda among the names each leader of the evidence has a Lambda
/// too ("bashir.Lambda"), and the shared one is what a further leader would have. Chains stand for the posterior alike.
/// The rolling predictions know nothing of the figures.
Posterior fit(std::span<const Evidence> evidence, const std::vector<std::string>& names, const FitSettings& settings);

}  // namespace sim
