// Lives replicates under many parameter sets, each shared by a block of replicates: what is not known about the
// parameters goes into the results beside chance. The same luck as any other run: replicate n draws what replicate n
// draws. Blocks go to threads in any order and are added up in theirs.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "sim/run/run.hpp"
#include "sim/stats/variance.hpp"

namespace sim {

/// Fewer replicates to a parameter set would hardly be lived side by side.
inline constexpr std::int64_t ensemble_step = 64;

/// Set k governs the replicates k * block .. (k + 1) * block - 1.
struct Ensemble {
  std::size_t sets = 0;
  std::int64_t block = 0;  ///< a multiple of ensemble_step
  /// The world under a set; called from any thread, several at a time. All worlds have the same hosts, leaders, NGOs,
  /// events and horizon.
  std::function<agents::World(std::size_t set)> world;
};

/// The block size that spreads n replicates over at most `sets` sets evenly, and how many sets that uses.
Ensemble spread(std::int64_t n, std::size_t sets);

/// What is asked of a set once its replicates are lived: figures by outcome, the same outcomes for each.
using Outcomes = std::vector<SetMoments>;
Outcomes outcomes_of(const agents::Stage& stage, const Tally& tally);

/// Where outcomes_of puts what: measures by leader, visits by leader and host, visited by event (the calendars of all
/// leaders one after the other), then the final norm.
struct OutcomeRows {
  explicit OutcomeRows(const agents::Stage& stage);
  std::size_t measure(std::size_t leader, Measure m) const { return leader * measures + static_cast<std::size_t>(m); }
  std::size_t host(std::size_t leader, std::size_t h) const { return leaders * measures + leader * hosts + h; }
  std::size_t event(std::size_t row) const { return leaders * (measures + hosts) + row; }
  std::size_t final_nu() const { return event(events); }
  std::size_t size() const { return final_nu() + 1; }
  std::size_t leaders, hosts, events;
};

/// An outcome's variance over the sets lived.
VarianceSplit split(const std::vector<Outcomes>& by_set, std::size_t outcome);

struct EnsembleResult {
  Tally tally;                   ///< of all replicates
  std::vector<Outcomes> by_set;  ///< of the sets lived, in order; the last may be short
};

/// As run(), over sets. settings.manner must weigh nobody. The number of threads does not matter to the result. After a
/// stop, whole sets only.
EnsembleResult run(const Ensemble& ensemble, const RunSettings& settings);

}  // namespace sim
