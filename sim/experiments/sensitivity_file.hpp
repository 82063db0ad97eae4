// From a merged sweep (its file) to sensitivity indices (a file): which design the cells follow is seen from the
// factors' values and places, so that indices are never computed from cells in another order.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/experiments/sensitivity.hpp"

namespace sim {

/// What a merged sweep says of its design and of one number for each itinerary.
struct SweptDesign {
  std::string title, design;
  std::vector<std::string> factors, leaders, leader_names, measures, measure_units;
  std::vector<std::vector<double>> values;  ///< [factor][cell]: its value; of texts a number for each
  Points places;                            ///< of Morris's design: where the cells lie on the factors, in [0, 1]
  std::vector<Response> responses;          ///< [leader][measure]
  std::size_t cells() const { return values.front().size(); }
};
/// Throws std::system_error if it cannot be read, ResultsError if it is no merged sweep, damaged, or has cells that
/// were not lived.
SweptDesign read_swept(const std::filesystem::path& merged);

struct Sensitivity {
  enum class Method { morris, sobol } method = Method::morris;
  std::vector<std::vector<MorrisIndices>> morris;  ///< [leader][measure]: by factor
  std::vector<SobolIndices> sobol;                 ///< [leader][measure]
  bool noise_is_known = false;                     ///< the replicates came in two batches or more
};
/// Throws ResultsError if the cells are neither Morris's trajectories nor Saltelli's matrices.
Sensitivity sensitivity(const SweptDesign& design, const std::filesystem::path& merged, std::uint64_t seed = 1);

std::vector<std::byte> sensitivity_image(const SweptDesign& design, const Sensitivity& found);

}  // namespace sim
