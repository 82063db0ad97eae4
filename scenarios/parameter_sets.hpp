// Sets of parameter values, one history's block after the other: what a posterior looks like to a run. As a table: a
// column for each name, a row for each set; as a results file keeps it, a column `block` goes before them.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "agents/world.hpp"
#include "scenarios/csv.hpp"

namespace scenarios {

struct ParameterSets {
  /// A symbol of the parameter table ("th_m"; Lambda, lam and D also for the leaders that had the world's), or one
  /// leader's own Lambda, lam (of week 0) or D ("bashir.Lambda"), which goes before the symbol alone. A leader whom the
  /// world does not know is passed over, so that one posterior serves many scenarios.
  std::vector<std::string> names;
  std::vector<std::vector<double>> sets;  ///< [set][name]
  std::int64_t block = 0;                 ///< replicates that share a set; 0: not yet said
  std::size_t of = 0;                     ///< sets that these were chosen from; 0: not said

  std::size_t set_of(std::int64_t replicate) const { return static_cast<std::size_t>(replicate / block); }
  /// The world under a set; its nu0, if nobody sets it, goes by the set's nu_bar and H_nu. Routes stay as they were
  /// found under the world's own parameters.
  agents::World world(agents::World base, std::size_t set) const;
};

/// The table a results file keeps the sets in, among those of the world.
inline constexpr const char* parameter_sets_table = "parameter_sets.csv";

/// Throws TableError: an unknown name, a value outside the parameter's range, no set.
ParameterSets read_parameter_sets(const Table& table);
/// Throws TableError: weights of the friendly features that do not sum to 1, or not all of them.
void must_sum_to_one(const Table& table);
/// Reads back to the same bits.
std::string to_table(const ParameterSets& sets);

/// The i-th of n that are spread evenly over the order of all.
inline std::size_t place_of(std::size_t i, std::size_t n, std::size_t all) { return i * all / n; }
/// At most n of the sets, spread evenly over their order.
ParameterSets thinned(const ParameterSets& sets, std::size_t n);

}  // namespace scenarios
