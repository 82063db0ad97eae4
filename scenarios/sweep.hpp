// A design: a scenario with a table [sweep] that says which of its keys vary, and how. Every cell of the design is a
// scenario of its own and passes the same checks; a wrong value is an error at its line in the design file. The format:
// FORMAT.md, "Sweeps".
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scenarios/load.hpp"
#include "scenarios/problem.hpp"
#include "scenarios/toml_reader.hpp"

namespace scenarios {

enum class DesignKind { list, grid, random, latin_hypercube, sobol, one_at_a_time, morris, saltelli, posterior };
inline constexpr std::string_view design_names[] = {"list",          "grid",   "random",   "latin_hypercube", "sobol",
                                                    "one_at_a_time", "morris", "saltelli", "posterior"};
inline constexpr std::string_view name(DesignKind d) { return design_names[static_cast<std::size_t>(d)]; }
/// The cells are at points of the unit cube that somebody has to draw, one coordinate a factor.
inline constexpr bool is_sampled(DesignKind d) {
  return d != DesignKind::list && d != DesignKind::grid && d != DesignKind::posterior;
}

/// What a level does to the value that the scenario has under the key.
enum class Op { set, add, multiply };
inline constexpr std::string_view op_names[] = {"set", "add", "multiply"};
inline constexpr std::string_view name(Op op) { return op_names[static_cast<std::size_t>(op)]; }

/// What a factor is in a cell: a number, or the name of an alternative.
using Level = std::variant<double, std::string>;

struct Factor {
  std::string name;  ///< of its coordinate in the results: an id
  std::string key;   ///< as written: `ngos.*.budget`; empty for alternatives
  std::string unit;  ///< of the key; of a multiple or a summand: "1"
  Op op = Op::set;
  bool is_number = true;
  double low = 0, high = 0;   ///< of the levels; 0 if they are no numbers
  std::vector<Level> levels;  ///< list, grid and choices: all of them; empty for an interval
  Problem at;                 ///< what would be wrong with it, without words
};

/// Replicates until the standard error of an outcome is small enough.
struct AdaptiveGoal {
  std::string outcome;            ///< a measure, sim/stats/tally.hpp
  std::string leader;             ///< id; empty: the first one
  Problem at_outcome, at_leader;  ///< what would be wrong with them, without words
  double standard_error = 0;
  std::int64_t most = 0;  ///< replicates a cell
};

class SweepDesign {
 public:
  /// Throws ScenarioError with every problem found in the table [sweep]. `sets`: KEY=VALUE each, for the scenario.
  SweepDesign(const std::filesystem::path& file, const Places& places, std::span<const std::string> sets = {});
  ~SweepDesign();
  SweepDesign(SweepDesign&&) noexcept;

  const std::string& name() const;  ///< the file's stem
  const std::string& title() const;
  DesignKind kind() const;
  bool luck_is_common() const;
  std::int64_t samples() const;     ///< of a sampled design: points, base points, trajectories
  std::int64_t levels() const;      ///< of Morris's grid
  bool second_order() const;        ///< of Saltelli's design
  std::uint64_t draw_seed() const;  ///< of a sampled design's own draws
  const std::optional<AdaptiveGoal>& adaptive() const;
  const std::vector<Factor>& factors() const;
  /// Sizes of the grid, by factor; of other designs empty.
  std::vector<std::size_t> shape() const;

  /// For sampled designs, before anything below: the cells, each a point of the unit cube.
  void set_points(std::vector<std::vector<double>> points);

  std::size_t cells() const;
  /// By factor.
  std::vector<Level> levels_of(std::size_t cell) const;
  /// Of a sampled design, by factor: where the cell lies on it, from 0 to 1; of listed levels the rank in their order,
  /// over the last rank (a factor of one level, which no cell moves: the point as it was drawn).
  std::vector<double> places_of(std::size_t cell) const;
  /// Throws ScenarioError with the problems of all cells, each once.
  void check_cells() const;
  /// Of a cell that was checked. May be called from several threads at once.
  Scenario scenario(std::size_t cell) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The section of FORMAT.md.
std::string sweep_page();

}  // namespace scenarios
