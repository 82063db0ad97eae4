// Chance and ignorance: how much an outcome varies because histories differ under the same parameters, and how much
// because nobody knows the parameters. From runs in which each of several parameter sets governs a block of replicates.
// Law of total variance: Var(x) = mean over sets of the variance within + variance over sets of the mean within. The
// means are known up to the noise of finite blocks, whose variance is subtracted (one-way random effects, by moments).
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace sim {

/// One outcome under one parameter set.
struct SetMoments {
  std::int64_t replicates = 0;
  double mean = 0;
  double variance = 0;  ///< of one replicate, unbiased; NaN below two replicates
};

struct VarianceSplit {
  double mean = 0;
  double chance = 0;     ///< variance among replicates of one parameter set
  double ignorance = 0;  ///< variance of the mean over parameter sets, noise subtracted; below 0 where it is all noise
  double ignorance_se = 0;  ///< standard error of `ignorance` (normal theory)
  std::size_t sets = 0;
  /// Share of the variance that better knowledge of the parameters could take away, in [0, 1]; NaN without variance.
  double share() const;
};

/// Sets with fewer than two replicates are left out. With fewer than two sets: ignorance is NaN.
VarianceSplit split_variance(std::span<const SetMoments> sets);

}  // namespace sim
