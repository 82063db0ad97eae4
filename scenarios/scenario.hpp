// A scenario as loaded: the world that the model reads, and beside it what people want to read: names, dates, notes,
// and where each value came from. Made by scenarios/load.hpp from TOML or by scenarios/tables.hpp from the exported
// tables.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agents/world.hpp"
#include "scenarios/airspace.hpp"
#include "scenarios/date.hpp"

namespace scenarios {

struct RunSettings {
  std::uint64_t seed = 1;
  std::int64_t replicates = 100'000;  ///< 1 .. 4e9
  bool operator==(const RunSettings&) const = default;
};

struct LeaderLabel {
  std::string name;             ///< "Vladimir Putin"
  std::optional<Date> warrant;  ///< none: no warrant, and the week of issue lies at the horizon
  bool operator==(const LeaderLabel&) const = default;
};

struct EventLabel {
  std::string name;  ///< "State visit to Tajikistan"
  std::string kind;  ///< row of world/event_kinds.csv; may be empty
  Date date{};
  bool operator==(const EventLabel&) const = default;
};

/// One value that a scenario file or --set gives: `hosts.MNG.western_dependence`, its value as TOML, and where it
/// stands.
struct Setting {
  std::string key;     ///< dotted; an entry of a list of tables is `shocks[0].value`
  std::string value;   ///< as TOML
  std::string origin;  ///< `dushanbe_2025.toml:12` (no folders) or `--set`
};

struct Scenario {
  std::string title;
  std::string name;  ///< the file's stem
  Date start{};
  RunSettings run;

  /// Host::name is the ISO 3166-1 alpha-3 code; Leader, Ngo and Event::name are the ids, their keys in the file.
  agents::World world;

  // Row by row as in `world`.
  std::vector<std::string> host_names;
  std::vector<LeaderLabel> leader_labels;
  std::vector<std::string> ngo_names;
  std::vector<EventLabel> event_labels;

  std::vector<Overflight> overflight;  ///< by leader; what world.flights were planned by; empty after import_tables

  /// Dated changes of S, Pi and lam that come from the world's data, in the order of world.shocks: resolved() spells
  /// them out, because it spells out the values that they change. Empty after import_tables.
  std::vector<agents::Shock> shipped_changes;

  std::vector<std::string> notes;     ///< what is ignored or lost, one sentence each; empty after import_tables
  std::vector<std::string> closures;  ///< the same of hosts and events behind closed airspace
  std::vector<Setting> settings;      ///< in file order, the extended files first; empty after import_tables
};

}  // namespace scenarios
