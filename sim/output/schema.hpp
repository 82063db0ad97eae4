// What is in a results file, once: the writer takes names, shapes, units and meanings from this table, and SCHEMA.md is
// printed from it.
#pragma once
#include <array>
#include <span>
#include <string>
#include <string_view>

namespace sim {

enum class Type {
  text,     ///< variable-length UTF-8
  flag,     ///< int8 with CF flag_values and flag_meanings
  id,       ///< int16 with CF flag_values and flag_meanings: a row of the host or leader dimension
  small,    ///< int16
  integer,  ///< int32
  large,    ///< int64
  count,    ///< int64; with weighed arrests float64, a sum of weights
  single,   ///< float32
  real      ///< float64, NaN where there is nothing to average
};

struct Field {
  std::string_view group;       ///< "" or "trips"
  std::string_view name;        ///< a dimension's coordinates carry its name
  std::string_view dimensions;  ///< names separated by blanks, slowest first
  Type type;
  std::string_view unit;
  std::string_view symbol;  ///< in the equations of agents/ODD.md; may be empty
  std::string_view meaning;
  bool coordinate = false;  ///< a label of its dimensions, no result
};

/// The counts that are stored as such, in the order of enum Count (sim/stats/tally.hpp), by host as host_<name> and by
/// event as event_<name>.
inline constexpr std::array<std::string_view, 12> count_names = {
    "opportunities", "go",        "delegate", "skip", "visited", "cut_short",
    "stays_home",    "withdrawn", "arrested", "void", "pending", "arrivals"};

/// All fields; labels before results, and in the order of the page.
std::span<const Field> results_schema();

/// The field; throws std::logic_error if there is none.
const Field& field(std::string_view group, std::string_view name);

/// SCHEMA.md.
std::string schema_page();

}  // namespace sim
