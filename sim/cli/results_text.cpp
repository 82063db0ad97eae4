#include "sim/cli/results_text.hpp"

#include <unistd.h>

#include "scenarios/tables.hpp"

namespace cli {

sim::ResultsText results_text(const scenarios::Scenario& scenario, std::string resolved) {
  sim::ResultsText text;
  text.title = scenario.title;
  text.scenario_name = scenario.name;
  text.start_date = scenarios::to_text(scenario.start);
  text.resolved_scenario = std::move(resolved);
  text.world_tables = scenarios::export_tables(scenario);
  text.host_display = scenario.host_names;
  for (const scenarios::LeaderLabel& l : scenario.leader_labels) text.leader_display.push_back(l.name);
  for (const scenarios::EventLabel& e : scenario.event_labels)
    text.events.push_back({e.name, e.kind, scenarios::to_text(e.date)});
  return text;
}

Revived revive(const std::filesystem::path& results) {
  Revived r{sim::read_stored_run(results), {}};
  try {
    r.scenario = scenarios::import_tables(r.run.text.world_tables);
  } catch (const std::runtime_error& e) {
    throw sim::ResultsError(results.string() + ": the world in it cannot be read: " + e.what());
  }
  r.scenario.run = {r.run.seed, r.run.replicates};
  return r;
}

std::string machine_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

}  // namespace cli
