#include "sim/run/run.hpp"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "agents/arithmetic.hpp"

namespace sim {
namespace {

struct Chunk {
  Tally tally;
  std::vector<TripRecord> trips;
};

/// Puts finished chunks back in order. A thread that runs too far ahead waits, so that memory stays bounded.
class InOrder {
 public:
  InOrder(const agents::Stage& stage, const RunSettings& s) : s_(s), total_(stage, s.manner, s.weeks) {}

  void add(std::int64_t number, Chunk chunk) {
    std::unique_lock lock(mutex_);
    ahead_.wait(lock, [&] { return failed_ || number < next_ + 4 * s_.threads; });
    if (failed_) return;
    early_.emplace(number, std::move(chunk));
    for (auto it = early_.find(next_); it != early_.end(); it = early_.find(next_)) {
      total_ += it->second.tally;
      if (s_.on_trips && !it->second.trips.empty()) s_.on_trips(it->second.trips);
      early_.erase(it);
      ++next_;
      if (s_.on_progress) s_.on_progress(total_.replicates());
    }
    ahead_.notify_all();
  }

  void fail(std::exception_ptr why) {
    const std::scoped_lock lock(mutex_);
    if (!failed_) failed_ = why;
    ahead_.notify_all();
  }

  Tally result() {
    if (failed_) std::rethrow_exception(failed_);
    return std::move(total_);
  }

 private:
  const RunSettings& s_;
  Tally total_;
  std::mutex mutex_;
  std::condition_variable ahead_;
  std::map<std::int64_t, Chunk> early_;
  std::int64_t next_ = 0;
  std::exception_ptr failed_;
};

}  // namespace

Tally live_chunk(const BatchStage& stage, BatchLife& life, const RunSettings& s, std::int64_t from, std::int64_t to,
                 bool quantiles, std::vector<TripRecord>* records) {
  Tally tally(stage.stage(), s.manner, s.weeks);
  for (std::int64_t first = from; first < to; first += block_replicates) {
    const int count = static_cast<int>(std::min<std::int64_t>(block_replicates, to - first));
    life.live(s.seed, static_cast<std::uint32_t>(first), count);
    tally.add(life, count, quantiles && first < quantile_replicates);
    for (int r = 0; records && r < count && first + r < s.trips; ++r)
      for (int row = 0; row < life.block().decided[r]; ++row) records->push_back({first + r, life.decision(r, row)});
  }
  return tally;
}

Tally run(const agents::Stage& stage, const RunSettings& s) {
  const std::int64_t chunks = (s.replicates + chunk_size - 1) / chunk_size;
  const BatchStage batch(stage);
  const Kernel& kernel = s.kernel ? *s.kernel : best_kernel();
  InOrder order(stage, s);
  std::atomic<std::int64_t> next{0};
  const auto work = [&] {
    try {
      BatchLife life(batch, kernel, s.manner);
      while (!s.stop || !s.stop->load(std::memory_order_relaxed)) {
        const std::int64_t number = next.fetch_add(1);
        if (number >= chunks) break;
        const std::int64_t from = number * chunk_size;
        std::vector<TripRecord> trips;
        Tally tally = live_chunk(batch, life, s, from, std::min(from + chunk_size, s.replicates), true, &trips);
        order.add(number, {std::move(tally), std::move(trips)});
      }
    } catch (...) {
      next = chunks;
      order.fail(std::current_exception());
    }
  };
  std::vector<std::jthread> others;  // joined whatever happens
  try {
    for (int i = 1; i < s.threads; ++i) others.emplace_back(work);
  } catch (const std::system_error&) {  // no more threads to be had: fewer do as well
  }
  work();
  for (std::jthread& t : others) t.join();
  return order.result();
}

std::int64_t ridge_replicates(std::int64_t n) {
  return std::clamp<std::int64_t>(n / 10, std::min<std::int64_t>(n, 1000), 20000);
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
  for (const double step : ridge_steps) {
    agents::World moved = world;
    moved.parameters.kap_arrest += step;
    RidgePoint point{moved.parameters.kap_arrest, {}, {}, {}, {}};
    for (agents::Leader& l : moved.leaders) {
      l.Lambda *= agents::math::exp(step);
      point.Lambda.push_back(l.Lambda);
    }
    const agents::Stage stage(std::move(moved));
    for (std::uint16_t l = 0; l < stage.leaders; ++l) {
      s.manner.weighed = agents::LeaderId{l};
      const Tally tally = run(stage, s);
      if (tally.replicates() < s.replicates) return {};
      before += s.replicates;
      point.p_arrest.push_back(tally.estimate({l}, Measure::arrests));
      point.visits.push_back(tally.estimate({l}, Measure::visits));
      point.member_visits.push_back(tally.estimate({l}, Measure::member_visits));
    }
    points.push_back(std::move(point));
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
