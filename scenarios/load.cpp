#include "scenarios/load.hpp"

#include <optional>

#include "scenarios/check.hpp"
#include "scenarios/layers.hpp"
#include "scenarios/resolve.hpp"

namespace scenarios {

struct Loader::State {
  Places places;
  std::optional<Facts> facts;
  std::optional<Airspace> airspace;
  std::optional<Planner> planner;

  void read_world() {
    if (!facts) facts = read_facts(places.world);
    if (!airspace) airspace = read_airspace(places.world);
    if (!planner && places.plan_flights) planner.emplace(*airspace, places.routes);
  }

  Planner* flight_planner() { return planner ? &*planner : nullptr; }

  Scenario finish(Layers& layers, std::string name, std::span<const std::string> sets) {
    for (const std::string& set : sets) layers.set(set);
    read_world();
    const TomlTable table = without_removed(layers.table());
    std::vector<Problem> problems = scenarios::check(table, layers.first(), *facts);
    if (!problems.empty()) throw ScenarioError(std::move(problems));
    return scenarios::resolve(table, layers.first(), std::move(name), *facts, flight_planner());
  }
};

Loader::Loader(Places places) : state_(new State{std::move(places), {}, {}, {}}) {}
Loader::~Loader() = default;

Scenario Loader::load(const std::filesystem::path& file, std::span<const std::string> sets) {
  Layers layers(state_->places.cases);
  try {
    layers.read_file(file);
  } catch (const std::filesystem::filesystem_error& error) {
    Problem problem;
    problem.where = printable(file.string());
    problem.text = "cannot be opened: " + error.code().message();
    throw ScenarioError({problem});
  }
  return state_->finish(layers, printable(file.stem().string()), sets);
}

Scenario Loader::load_text(std::string_view text, std::string name, std::span<const std::string> sets) {
  Layers layers(state_->places.cases);
  std::string stem = printable(std::filesystem::path(name).stem().string());
  layers.read_text(text, std::move(name));
  return state_->finish(layers, std::move(stem), sets);
}

const Facts& Loader::facts() {
  state_->read_world();
  return *state_->facts;
}

std::vector<Problem> Loader::check(const TomlTable& scenario, const Source& file) {
  return scenarios::check(without_removed(scenario), file, facts());
}

Scenario Loader::resolve(const TomlTable& scenario, const Source& file, std::string name) {
  return scenarios::resolve(without_removed(scenario), file, std::move(name), facts(), state_->flight_planner());
}

Scenario load(const std::filesystem::path& file, const Places& places, std::span<const std::string> sets) {
  return Loader(places).load(file, sets);
}

}  // namespace scenarios
