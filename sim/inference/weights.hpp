// Weights of draws and particles.
#pragma once
#include <cstddef>
#include <vector>

#include "sim/rng/philox.hpp"

namespace sim {

/// exp(x - greatest), to sum 1; all equal if there is no finite one.
std::vector<double> normalised(const std::vector<double>& logs);

/// How many draws of equal weight these are worth; they sum to 1.
double effective(const std::vector<double>& w);

/// n rows, each as often as its weight says.
std::vector<std::size_t> systematic(const std::vector<double>& w, std::size_t n, Philox stream);

}  // namespace sim
