// One tidy file from the cells of a sweep: dimensions cell, leader, host, ... and the factors as coordinates of the
// cells. It depends on the cells' sums alone, not on how they came about.
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sim/experiments/cell.hpp"
#include "sim/experiments/plan.hpp"

namespace sim {

class NetcdfReader;

struct Merged {
  std::vector<std::byte> image;
  std::size_t cells = 0;  ///< that had any replicates
};
/// `find`: the file of a cell as find_cell tells it; cells that are not there have 0 replicates and NaN for means.
Merged merge_cells(const Plan& plan, const std::function<FoundCell(std::size_t)>& find);

/// A merged file opened again, with what verify needs of its plan.
struct MergedFile {
  std::shared_ptr<const NetcdfReader> file;
  Plan plan;
  std::vector<std::int64_t> replicates;  ///< [cell]
};
/// The cure of a merged file that is damaged.
inline constexpr const char* merge_again = "move it away and let 'safeconduct merge' write it again";
/// Where the cells lie on the factors: PlanFactor::places as [cell][factor].
inline constexpr const char* cell_places = "provenance/cell_places";
/// Errors: as read_plan.
MergedFile read_merged(const std::filesystem::path& path);

/// Where the file says something else about a cell than its sums, lived again; empty: nowhere, to the bit.
std::string first_difference(const MergedFile& merged, std::size_t cell, const CellSums& sums);

/// The variables of a merged file that say what was found, in the order of the file, with the bits that one cell's sums
/// give them: for verify. By name; the values of the cell alone, other dimensions in full.
struct CellColumn {
  std::string name;
  std::vector<double> values;
};
std::vector<CellColumn> columns_of(const Plan& plan, const CellSums& sums);

/// The names of the coordinates that a merged file has besides the factors: no factor may be called so.
bool is_taken(const std::string& name);

/// The pages of SCHEMA.md about sweeps.
std::string sweep_schema_page();

}  // namespace sim
