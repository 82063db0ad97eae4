// Which factors matter: Morris's elementary effects and Sobol's indices, from what the cells of a design have shown.
//
// A cell's mean carries the luck of its replicates, which would pass for an effect of the factors. The replicates come
// in batches with luck of their own (the same in all cells, if luck is common), and that tells the noise apart: for a
// quadratic form Q of the cells' means, K batches with means y_b, and y their mean over all replicates,
//   (K Q(y) - mean Q(y_b)) / (K - 1)
// has the expectation that Q has without noise, whether the cells share their luck or not. Variances, Sobol's
// numerators and sigma^2 are such forms. An absolute effect is none: its sign is taken from the other batches, so that
// noise alone averages to 0.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/experiments/sampling.hpp"

namespace sim {

/// An outcome of each cell, by batch. Functions without noise have one batch.
struct Response {
  std::size_t batches = 1;
  std::vector<double> means;    ///< [cell][batch]
  std::vector<double> weights;  ///< [batch]: share of the replicates, sums to 1
  bool common_luck = false;     ///< a batch has the same luck in every cell

  std::size_t cells() const { return means.size() / batches; }
  static Response exact(std::vector<double> values) { return {1, std::move(values), {1}, false}; }
};

inline constexpr std::size_t resamplings = 1000;

/// Names and meaning as SALib has them: `_conf` is half of a 95 % interval, 1.96 standard deviations over 1,000
/// resamplings of the trajectories, or of the pairs of points. These leave out luck that all cells share, so where it
/// is common its variance, from leaving out the batches in turn, is added: the interval is for other points and other
/// luck. Noise that a cell has for itself is then counted twice. Of two or three batches that variance is hardly known.
struct MorrisIndices {
  double mu = 0;       ///< mean elementary effect: change of the outcome for a step, over the step
  double mu_star = 0;  ///< mean absolute one
  double mu_star_conf = 0;
  double sigma = 0;  ///< standard deviation of the elementary effects over the trajectories
};
/// `design` in the unit cube, as morris_trajectories makes it: by factor. std::invalid_argument if it has another form.
std::vector<MorrisIndices> morris_indices(const Points& design, const Response& response, std::uint64_t seed = 1);

struct SobolIndices {
  struct Factor {
    double S1 = 0, S1_conf = 0;  ///< share of the variance that the factor explains alone (Saltelli 2010)
    double ST = 0, ST_conf = 0;  ///< share left when all but the factor are known (Jansen 1999)
  };
  std::vector<Factor> factors;  ///< NaN if the variance is not told
  bool is_told = false;         ///< the variance is above 0, and its resamplings, 97.5 % of them, are too
  double variance = 0;          ///< of the outcome over the design
  double noise = 0;             ///< what the luck of the replicates adds to it in the cells' means
};
/// Rows as saltelli() makes them; std::invalid_argument if their number is another.
SobolIndices sobol_indices(std::size_t factors, bool second_order, const Response& response, std::uint64_t seed = 1);

}  // namespace sim
