#include "sim/run/run.hpp"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>

#include "agents/arithmetic.hpp"
#include "sim/run/in_order.hpp"

namespace sim {
namespace {

struct Chunk {
  Tally tally;
  TripTable trips;
};

}  // namespace

Tally live_chunk(const BatchStage& stage, BatchLife& life, const RunSettings& s, std::int64_t from, std::int64_t to,
                 bool quantiles, TripTable* trips) {
  Tally tally(stage.stage(), s.manner, s.weeks);
  for (std::int64_t first = from; first < to; first += block_replicates) {
    const int count = static_cast<int>(std::min<std::int64_t>(block_replicates, to - first));
    const bool with_quantiles = quantiles && s.weeks && first < quantile_replicates;
    life.live(s.seed, static_cast<std::uint32_t>(first), count, with_quantiles || (s.manner.weighed && s.weeks));
    tally.add(life, count, with_quantiles);
    if (trips) trips->add(life, first, count, s.trips);
  }
  return tally;
}

Tally run(const agents::Stage& stage, const RunSettings& s) {
  const std::int64_t chunks = (s.replicates + chunk_size - 1) / chunk_size;
  const BatchStage batch(stage);
  const Kernel& kernel = s.kernel ? *s.kernel : best_kernel();
  Tally total(stage, s.manner, s.weeks);
  const auto make_worker = [&] {
    auto life = std::make_unique<BatchLife>(batch, kernel, s.manner);
    return [&, life = std::move(life)](std::int64_t number) {
      const std::int64_t from = number * chunk_size;
      TripTable trips;
      Tally tally = live_chunk(batch, *life, s, from, std::min(from + chunk_size, s.replicates), true, &trips);
      return Chunk{std::move(tally), std::move(trips)};
    };
  };
  in_order(chunks, s.threads, s.stop, make_worker, [&](const Chunk& chunk) {
    total += chunk.tally;
    if (s.on_trips && chunk.trips.rows() > 0) s.on_trips(chunk.trips);
    if (s.on_progress) s.on_progress(total.replicates());
  });
  return total;
}

std::int64_t ridge_replicates(std::int64_t n) {
  return std::clamp<std::int64_t>(n / 10, std::min<std::int64_t>(n, 1000), 20000);
}

std::vector<std::unique_ptr<const agents::Stage>> ridge_stages(const agents::World& world, int threads) {
  std::vector<std::unique_ptr<const agents::Stage>> stages;
  const auto make = [&](std::int64_t number) {
    const double step = ridge_steps[number];
    agents::World moved = world;
    moved.parameters.kap_arrest += step;
    for (agents::Leader& l : moved.leaders) l.Lambda *= agents::math::exp(step);
    return std::make_unique<const agents::Stage>(std::move(moved));
  };
  in_order(
      std::ssize(ridge_steps), threads, nullptr, [&] { return make; },
      [&](auto stage) { stages.push_back(std::move(stage)); });
  return stages;
}

std::vector<RidgePoint> ridge(const agents::World& world, const RunSettings& settings) {
  std::vector<RidgePoint> points;
  RunSettings s = settings;
  s.replicates = ridge_replicates(settings.replicates);
  s.weeks = false;
  s.trips = 0;
  s.on_trips = nullptr;
  std::int64_t before = 0;
  if (settings.on_progress) s.on_progress = [&](std::int64_t done) { settings.on_progress(before + done); };
  for (const auto& stage : ridge_stages(world, s.threads)) {
    RidgePoint& point = points.emplace_back();
    point.kap_arrest = stage->world.parameters.kap_arrest;
    for (std::uint16_t l = 0; l < stage->leaders; ++l) {
      s.manner.weighed = agents::LeaderId{l};
      const Tally tally = run(*stage, s);
      if (tally.replicates() < s.replicates) return {};
      before += s.replicates;
      point.Lambda.push_back(stage->world.leaders[l].Lambda);
      point.p_arrest.push_back(tally.estimate({l}, Measure::arrests));
      point.visits.push_back(tally.estimate({l}, Measure::visits));
      point.member_visits.push_back(tally.estimate({l}, Measure::member_visits));
    }
  }
  return points;
}

int thread_count(int asked) {
  if (asked > 0) return asked;
  if (const char* slurm = std::getenv("SLURM_CPUS_PER_TASK")) {
    int n = 0;
    const auto [end, error] = std::from_chars(slurm, slurm + std::strlen(slurm), n);
    if (error == std::errc{} && *end == '\0' && n > 0) return n;
  }
  cpu_set_t mine;
  if (sched_getaffinity(0, sizeof mine, &mine) == 0) return std::max(1, CPU_COUNT(&mine));
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace sim
