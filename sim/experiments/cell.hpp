// One cell of a sweep: what is added up over its replicates, and the file that holds it. Sums and counts, never means,
// so that a cell can be gone on with where it stopped, bit for bit.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/experiments/plan.hpp"
#include "sim/stats/tally.hpp"

namespace sim {

/// Chunk c of the replicates (sim/run/run.hpp) belongs to batch c mod 32. Cells under common luck share their batches'
/// luck, so that differences of batch means give the error of a difference of cells.
inline constexpr std::size_t batches = 32;

struct CellSums {
  CellSums() = default;
  explicit CellSums(const agents::Stage& stage);
  /// The tally of chunk `chunk`, all chunks before having been added.
  void add(const Tally& tally, std::int64_t chunk);
  /// Replicates from which it can be gone on with bit for bit: none if they end inside a chunk.
  std::int64_t kept() const;
  bool operator==(const CellSums&) const = default;

  std::int64_t replicates = 0;  ///< 0 .. replicates - 1 are in the sums
  std::vector<std::string> leaders, ngos;
  std::vector<std::string> events;  ///< "leader event", the calendars one after the other
  std::size_t hosts = 0, weeks = 0;
  std::vector<double> measure_sum, measure_squares;  ///< [leader][measure]
  std::array<double, 3> final_nu{};                  ///< n, sum, sum of squares
  std::vector<double> host;                          ///< [leader][host][count]
  std::vector<double> event;                         ///< [event][count]
  std::vector<double> weekly;                        ///< [series][week], the series in the order of Tally::series()
  std::vector<double> weekly_visits;                 ///< [leader][week]
  std::vector<std::int64_t> batch_replicates;        ///< [batch]
  std::vector<double> batch_sum;                     ///< [batch][leader][measure]
};

/// Throws std::invalid_argument if there is no measure of this name.
std::size_t measure_called(std::string_view name);
/// Whether the cell needs no more replicates: as many as asked for, or its target met.
bool is_done(const Plan& plan, const CellSums& sums);

/// Which cell a file says it is.
struct CellIdentity {
  std::int64_t cell = 0;
  std::string fingerprint;
  std::string target;  ///< Goal::target
  bool operator==(const CellIdentity&) const = default;
};

std::filesystem::path cell_path(const std::filesystem::path& folder, std::size_t cell);
std::vector<std::byte> cell_image(const CellSums& sums, const CellIdentity& who);

enum class CellState { missing, damaged, foreign, partial, done };
struct FoundCell {
  CellState state = CellState::missing;
  std::string why;  ///< if damaged or foreign, in words
  CellSums sums;    ///< if partial or done
};
/// Looks at the file of a cell. Never throws for what it holds, but std::system_error if it cannot be read.
FoundCell find_cell(const std::filesystem::path& folder, const Plan& plan, std::size_t cell);

}  // namespace sim
