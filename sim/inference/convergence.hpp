// Do independent fits agree? Draws of one quantity, by the chain that they come from: R-hat, rank-normalised, split and
// folded (Vehtari, Gelman, Simpson, Carpenter and Buerkner 2021), for draws with weights.
#pragma once
#include <span>

namespace sim {

struct Convergence {
  double r_hat = 1;  ///< the larger of bulk and tails; infinite where no half of a chain varies, but they differ
  /// Independent draws that would know the mean as well as the chains together: from how far their means lie apart, at
  /// most the effective number by the weights. Rough with few chains; NaN of a single one.
  double ess = 0;
};

/// Above it the chains are said to disagree. Vehtari and others ask for 1.01 of chains with thousands of draws; of a
/// fit's few hundred the largest R-hat of some fifty parameters reaches 1.03 by luck alone (test_convergence.cpp).
inline constexpr double disagreement = 1.05;

/// By draw; draws of one chain stand together, chains are numbered from 0, and each draw has a weight >= 0.
Convergence convergence(std::span<const double> draws, std::span<const double> weight, std::span<const int> chain);

}  // namespace sim
