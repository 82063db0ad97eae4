// From a scenario file to a Scenario: reads TOML, follows `extends`, applies --set, checks every key against the table
// of scenarios/format.hpp, and resolves the world on the facts of scenarios/facts.hpp. The format: scenarios/FORMAT.md.
#pragma once
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "scenarios/flights.hpp"
#include "scenarios/problem.hpp"
#include "scenarios/scenario.hpp"

namespace scenarios {

struct Facts;
class TomlTable;
struct Source;

/// The two folders of the house that a scenario may lean on.
struct Places {
  std::filesystem::path world;  ///< scenarios/world
  std::filesystem::path cases;  ///< scenarios/cases
  Shelf* routes = nullptr;      ///< where planned routes may be kept from one start of the program to the next
  bool plan_flights = true;     ///< takes seconds; without it leaders fly great circles over whomever they cross
};

/// Reads scenario files. The facts of the world are read once, at the first scenario, and kept.
/// Throws ScenarioError with every problem found.
class Loader {
 public:
  explicit Loader(Places places);
  ~Loader();

  /// `sets`: KEY=VALUE each, in order, later ones win. A file that is not found beside the working folder is looked for
  /// among the shipped cases (with or without `.toml`).
  Scenario load(const std::filesystem::path& file, std::span<const std::string> sets = {});

  /// A scenario from memory; `extends` finds shipped cases only.
  Scenario load_text(std::string_view text, std::string name, std::span<const std::string> sets = {});

  // For tables put together elsewhere; `file` is blamed for what is missing.
  const Facts& facts();
  std::vector<Problem> check(const TomlTable& scenario, const Source& file);
  /// Of a table that was checked. Once facts() was asked for, several threads may.
  Scenario resolve(const TomlTable& scenario, const Source& file, std::string name);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// For one scenario.
Scenario load(const std::filesystem::path& file, const Places& places, std::span<const std::string> sets = {});

}  // namespace scenarios
