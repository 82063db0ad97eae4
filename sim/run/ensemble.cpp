#include "sim/run/ensemble.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "sim/run/in_order.hpp"

namespace sim {
namespace {

struct Piece {
  Tally tally;
  Outcomes outcomes;
  TripTable trips;
};

Piece live(const agents::Stage& stage, const RunSettings& s, const Kernel& kernel, std::int64_t from, std::int64_t to) {
  const BatchStage batch(stage);
  BatchLife life(batch, kernel);
  Piece piece{Tally(stage), {}, {}};
  for (std::int64_t first = from; first < to; first += block_replicates) {
    const int count = static_cast<int>(std::min<std::int64_t>(block_replicates, to - first));
    life.live(s.seed, static_cast<std::uint32_t>(first), count);
    piece.tally.add(life, count, true);
    piece.trips.add(life, first, count, s.trips);
  }
  piece.outcomes = outcomes_of(stage, piece.tally);
  return piece;
}

/// Of one replicate, from the mean over n and its standard error.
SetMoments moments(std::int64_t n, const Estimate& e) {
  return {n, e.mean, e.standard_error * e.standard_error * static_cast<double>(n)};
}

/// From the sums of x and x^2 over n replicates.
SetMoments moments(std::int64_t n, double sum, double squares) {
  const auto d = static_cast<double>(n);
  return {n, sum / d,
          n > 1 ? std::max(0.0, squares - sum * sum / d) / (d - 1) : std::numeric_limits<double>::quiet_NaN()};
}

}  // namespace

Ensemble spread(std::int64_t n, std::size_t sets) {
  const auto most = static_cast<std::int64_t>(std::max<std::size_t>(1, sets));
  const std::int64_t share = (n + most - 1) / most;
  const std::int64_t block = (share + ensemble_step - 1) / ensemble_step * ensemble_step;
  return {static_cast<std::size_t>((n + block - 1) / block), block, {}};
}

OutcomeRows::OutcomeRows(const agents::Stage& stage) : leaders(stage.leaders), hosts(stage.hosts), events(0) {
  for (const agents::Calendar& c : stage.calendars) events += c.trips.size();
}

Outcomes outcomes_of(const agents::Stage& stage, const Tally& tally) {
  const std::int64_t n = tally.replicates();
  Outcomes out;
  out.reserve(OutcomeRows(stage).size());
  for (std::size_t l = 0; l < stage.leaders; ++l)
    for (std::size_t m = 0; m < measures; ++m)
      out.push_back(moments(n, tally.estimate(agents::leader_id(l), static_cast<Measure>(m))));
  for (std::size_t l = 0; l < stage.leaders; ++l)
    for (std::uint16_t h = 0; h < stage.hosts; ++h) {
      const auto at = [&](Count c) { return tally.at_host(agents::leader_id(l), {h}, c); };
      out.push_back(moments(n, at(Count::visited) + at(Count::cut_short), at(Count::visits_squared)));
    }
  for (std::size_t l = 0; l < stage.leaders; ++l)
    for (std::size_t e = 0; e < stage.calendars[l].trips.size(); ++e) {
      const double visits = tally.at_event(agents::leader_id(l), e, Count::visited) +
                            tally.at_event(agents::leader_id(l), e, Count::cut_short);
      out.push_back(moments(n, visits, visits));  // 0 or 1
    }
  out.push_back(moments(n, tally.final_nu()));
  return out;
}

VarianceSplit split(const std::vector<Outcomes>& by_set, std::size_t outcome) {
  std::vector<SetMoments> sets;
  sets.reserve(by_set.size());
  for (const Outcomes& set : by_set) sets.push_back(set[outcome]);
  return split_variance(sets);
}

EnsembleResult run(const Ensemble& ensemble, const RunSettings& s) {
  const Kernel& kernel = s.kernel ? *s.kernel : best_kernel();
  EnsembleResult result{Tally(agents::Stage(ensemble.world(0))), {}};
  const auto make = [&](std::int64_t set) {
    const std::int64_t from = set * ensemble.block, to = std::min(from + ensemble.block, s.replicates);
    return live(agents::Stage(ensemble.world(static_cast<std::size_t>(set))), s, kernel, from, to);
  };
  const auto take = [&](Piece piece) {
    result.tally += piece.tally;
    result.by_set.push_back(std::move(piece.outcomes));
    if (s.on_trips && piece.trips.rows() > 0) s.on_trips(piece.trips);
    if (s.on_progress) s.on_progress(result.tally.replicates());
  };
  const std::int64_t sets = std::min<std::int64_t>(static_cast<std::int64_t>(ensemble.sets),
                                                   (s.replicates + ensemble.block - 1) / ensemble.block);
  in_order(
      sets, s.threads, s.stop, [&] { return make; }, take);
  return result;
}

}  // namespace sim
