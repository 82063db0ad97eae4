// The scenario format, once. The loader takes kinds and ranges from key_table(), and the reader's page FORMAT.md and
// the editors' scenario.schema.json are printed from it.
#pragma once
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scenarios {

enum class KeyKind {
  text,           ///< one line, no control characters
  flag,           ///< true or false
  whole,          ///< a whole number in [low, high]
  number,         ///< a number in [low, high]; an infinite end is a legal value
  date,           ///< a TOML local date
  date_or_false,  ///< ... or false
  choice,         ///< a text out of `choices`
  id,             ///< a text of letters, digits, '_' and '-'
  state,          ///< an ISO 3166-1 alpha-3 code of a state of the world
  leader,         ///< the key of a leader of the scenario
  ngo,            ///< the key of an NGO, shipped or of the scenario
  bloc,           ///< a bloc of the world
  event_kind,     ///< a row of world/event_kinds.csv
  leaders,        ///< a list of leaders
  blocs,          ///< a list of blocs
  states,         ///< a list of states
  corridors,      ///< { CODE = LIST OF STATES, ... }
  period,         ///< { from = DATE, to = DATE }, both may be left out; `to` is the first day after
  membership,     ///< true, false or a list of periods
  reach,          ///< { default = NUMBER, CODE = NUMBER, ... } in [low, high]
};

inline constexpr double unbounded = std::numeric_limits<double>::infinity();

/// `section` says where a key stands: "" (top), "run", "leaders.ID", "hosts.CODE", "dyads.LEADER.CODE", "ngos.ID",
/// "events.ID", "parameters"; "stances" and "shocks" are lists of tables.
struct Key {
  std::string_view section, name;
  KeyKind kind;
  double low = 0, high = 0;
  std::string_view unit;
  std::string_view initial;  ///< the default, in words
  std::string_view meaning;
  bool required = false;          ///< in every entry of a list of tables
  std::string_view choices = {};  ///< separated by '|'
};

/// Every key, section by section, the parameters and features included.
std::span<const Key> key_table();

std::span<const Key> keys_of(std::string_view section);

/// nullptr if there is none.
const Key* find_key(std::string_view section, std::string_view name);
/// The same by the parts of a dotted key such as hosts.MNG.civil_society; `*` may stand for a name.
const Key* key_of(std::span<const std::string> path);

/// The parts of a dotted key, or of `choices`.
std::vector<std::string> split(std::string_view text, char at);

/// "number in [0, 6]".
std::string kind_text(const Key& key);

/// The range of a dyad feature: [-1, 0] for hostility, else [0, 1].
std::pair<double, double> feature_range(std::string_view feature);

/// Ids of leaders, NGOs, events and trips: 1 to 64 letters, digits, '_' and '-'.
bool is_id(std::string_view text);

/// FORMAT.md, as committed.
std::string format_page();

/// scenario.schema.json (JSON Schema, draft 7), as committed.
std::string json_schema();

}  // namespace scenarios
