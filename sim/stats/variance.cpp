#include "sim/stats/variance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sim {

VarianceSplit split_variance(std::span<const SetMoments> sets) {
  VarianceSplit split;
  double replicates = 0, noise = 0;
  for (const SetMoments& s : sets) {
    if (s.replicates < 2) continue;
    const auto n = static_cast<double>(s.replicates);
    ++split.sets;
    replicates += n;
    split.mean += n * s.mean;
    split.chance += n * s.variance;
    noise += s.variance / n;
  }
  split.mean /= replicates;
  split.chance /= replicates;
  const auto k = static_cast<double>(split.sets);
  if (split.sets < 2) {
    split.ignorance = split.ignorance_se = std::numeric_limits<double>::quiet_NaN();
    return split;
  }
  double centre = 0, squares = 0;
  for (const SetMoments& s : sets)
    if (s.replicates >= 2) centre += s.mean / k;
  for (const SetMoments& s : sets)
    if (s.replicates >= 2) squares += (s.mean - centre) * (s.mean - centre);
  const double of_means = squares / (k - 1);
  split.ignorance = of_means - noise / k;
  split.ignorance_se = of_means * std::sqrt(2 / (k - 1));
  return split;
}

double VarianceSplit::share() const {
  const double known = std::max(0.0, ignorance), total = known + chance;
  return total > 0 ? known / total : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace sim
