// Lives many replicates in parallel. Chunks of replicates go to threads in any order and are added up in theirs, so the
// result does not depend on the number of threads.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "sim/batch/batch.hpp"
#include "sim/run/trip_table.hpp"
#include "sim/stats/tally.hpp"

namespace sim {

/// Replicates lived together by one thread, from a multiple of it on. Part of no result but the order of additions:
/// never change it lightly.
inline constexpr std::int64_t chunk_size = 512;

struct RunSettings {
  std::uint64_t seed = 1;
  std::int64_t replicates = 100000;  ///< 1 .. 2^32
  int threads = 1;
  agents::Manner manner;
  bool weeks = true;               ///< follow stocks and flows week by week
  const Kernel* kernel = nullptr;  ///< null: the best this machine has. Never changes a result.
  std::int64_t trips = 0;          ///< replicates 0 .. trips-1 whose decisions are handed to `on_trips`
  /// Called in the order of the replicates, some whole ones at a time, from one thread at a time.
  std::function<void(const TripTable&)> on_trips;
  /// Called after each chunk with the number of replicates done, from one thread at a time.
  std::function<void(std::int64_t)> on_progress;
  /// Set from outside (a signal handler) to stop: chunks in hand are finished, the rest is left.
  const std::atomic<bool>* stop = nullptr;
};

/// Replicates [from, to) of one chunk; the decisions of those below settings.trips go to `trips`, if it is there.
Tally live_chunk(const BatchStage& stage, BatchLife& life, const RunSettings& settings, std::int64_t from,
                 std::int64_t to, bool quantiles, TripTable* trips = nullptr);

/// Replicates 0 .. tally.replicates()-1 were lived: all of them, or fewer after a stop.
Tally run(const agents::Stage& stage, const RunSettings& settings);

/// P(arrest) along the ridge that the record cannot tell apart: kap_arrest moved, every Lambda moved with it so that
/// Lambda exp(-kap_arrest) stays. Estimated conditionally, one target leader at a time (ODD.md, "What cannot be
/// known").
struct RidgePoint {
  double kap_arrest;
  std::vector<double> Lambda;      ///< by leader
  std::vector<Estimate> p_arrest;  ///< by leader: chance of an arrest within the horizon
  std::vector<Estimate> visits;    ///< by leader
  std::vector<Estimate> member_visits;
};
inline constexpr double ridge_steps[] = {-1.5, -0.5, 0.0, 0.5, 1.5};  ///< added to kap_arrest
/// The worlds of these steps.
std::vector<std::unique_ptr<const agents::Stage>> ridge_stages(const agents::World& world, int threads);
/// Empty if it was stopped. Progress counts the replicates of all points and leaders together.
std::vector<RidgePoint> ridge(const agents::World& world, const RunSettings& settings);

/// Replicates lived for each point of the ridge in a run of n.
std::int64_t ridge_replicates(std::int64_t n);

/// --threads if positive, else SLURM_CPUS_PER_TASK, else the CPUs this process may run on.
int thread_count(int asked);

}  // namespace sim
