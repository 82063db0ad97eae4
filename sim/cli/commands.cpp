#include "sim/cli/commands.hpp"

#include <iostream>

#include "agents/parameters.hpp"
#include "agents/stage.hpp"
#include "scenarios/format.hpp"
#include "scenarios/print.hpp"
#include "scenarios/tables.hpp"
#include "sim/cli/parameters_page.hpp"
#include "sim/cli/route_shelf.hpp"
#include "sim/output/schema.hpp"
#include "sim/output/whole_file.hpp"

namespace cli {
namespace {

const Option set{"set", "KEY=VALUE", "change a key of the scenario, e.g. --set hosts.MNG.civil_society=0.9", true};
const Option seed{"seed", "N", "short for --set run.seed=N"};
const Option replicates{"replicates", "N", "short for --set run.replicates=N"};

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> all = {
      {{"run",
        "[SCENARIO]",
        "live the scenario many times and write the results (default: dushanbe_2025)\n"
        "SCENARIO is a file, or the name of a shipped case. Writes SCENARIO.h5 and, beside it, SCENARIO.run.json.",
        {{"out", "FILE", "where the results go (default: SCENARIO.h5 here)"},
         seed,
         replicates,
         {"threads", "N", "default: the CPUs this process may use; never changes a result"},
         {"isa", "baseline|avx2|avx512", "default: the best this machine has; never changes a result"},
         {"trips", "none|sample|all", "keep the decisions of no, the first 1,000 or all histories (default: none)"},
         {"posterior", "FILE",
          "parameter sets (CSV: a column a parameter, a row a set), each for a block of histories"},
         {"sets", "K", "use at most K of them, evenly spread (default: 200)"},
         set}},
       run},
      {{"replay",
        "RESULTS",
        "tell one history in words, decision by decision, with the odds at each\n"
        "The history is lived again from the seed: a results file of any size knows all of them.",
        {{"replicate", "N", "which history, from 0 (default: 0)"}, {"json", "", "for programs"}}},
       replay},
      {{"check",
        "[SCENARIO]",
        "check a scenario and print it in full, with defaults, units and origins\n"
        "Runs nothing.",
        {{"export", "DIR", "also write the resolved world as CSV tables, all that the model reads"},
         seed,
         replicates,
         set}},
       check},
      {{"route",
        "[SCENARIO]",
        "tell the way of a leader's aircraft to a host: hours, detour, whom it crosses\n"
        "Round states that refuse overflight, and round those that might arrest, as the leader weighs them.",
        {{"to", "CODE", "the host"},
         {"leader", "ID", "default: the first of the scenario"},
         {"avoid", "CODE,...", "round these states rather than those that might arrest"},
         {"week", "N", "as things stand in this week (default: 0)"},
         {"geojson", "FILE", "also write the routes for a map"},
         set}},
       route},
      {{"parameters", "[SYMBOL]", "print the table of parameters, or all about one of them", {}}, parameters},
      {{"export",
        "trips|hosts|events|weeks RESULTS",
        "write results as CSV to standard output\n"
        "hosts, events, weeks: the tables of the file. trips: every decision of every history, lived again from the "
        "seed.",
        {{"out", "FILE", "to a file instead, written whole"},
         {"replicates", "N", "trips: only of the first N histories"},
         {"threads", "N", "trips: default: the CPUs this process may use"}},
        2},
       export_csv},
      {{"page",
        "format|schema|json-schema|parameters",
        "print a page of the documentation: the scenario format, the results file, ...",
        {}},
       page},
  };
  return all;
}

scenarios::Places shipped_places() {
  const std::filesystem::path house = SAFECONDUCT_SCENARIOS_DIR;
  static RouteShelf shelf(cache_folder());
  return {house / "world", house / "cases", &shelf};
}

std::vector<std::string> scenario_settings(const Arguments& arguments) {
  std::vector<std::string> settings = arguments.all("set");
  for (const char* key : {"seed", "replicates"}) {
    const auto n = arguments.text(key);
    if (n) settings.push_back("run." + std::string(key) + "=" + *n);
  }
  return settings;
}

scenarios::Scenario load_scenario(const Arguments& arguments) {
  const std::string file = arguments.words().empty() ? std::string(default_scenario) : arguments.words().front();
  scenarios::Scenario scenario = scenarios::load(file, shipped_places(), scenario_settings(arguments));
  for (const std::string& note : scenario.notes) std::cerr << "note: " << note << '\n';
  return scenario;
}

int check(const Arguments& arguments) {
  const scenarios::Scenario scenario = load_scenario(arguments);
  if (const auto folder = arguments.text("export")) {
    std::filesystem::create_directories(*folder);
    for (const auto& [name, text] : scenarios::export_tables(scenario))
      sim::write_whole(std::filesystem::path(*folder) / name, text);
  }
  std::cout << scenarios::resolved(scenario);
  return Exit::done;
}

int parameters(const Arguments& arguments) {
  if (arguments.words().empty()) {
    std::cout << parameters_table();
    return Exit::done;
  }
  const std::string& symbol = arguments.words().front();
  const agents::Parameter* row = agents::find_parameter(symbol);
  if (!row) {
    std::vector<std::string> known;
    for (const agents::Parameter& p : agents::parameter_table()) known.emplace_back(p.symbol);
    throw UsageError("no parameter '" + scenarios::printable(symbol) +
                     "': " + scenarios::suggestion(symbol, known, "'safeconduct parameters' lists them"));
  }
  std::cout << about_parameter(*row);
  return Exit::done;
}

int page(const Arguments& arguments) {
  const std::string which = arguments.words().empty() ? "" : arguments.words().front();
  if (which == "format")
    std::cout << scenarios::format_page();
  else if (which == "schema")
    std::cout << sim::schema_page();
  else if (which == "json-schema")
    std::cout << scenarios::json_schema();
  else if (which == "parameters")
    std::cout << parameters_markdown();
  else
    throw UsageError("which page? format, schema, json-schema or parameters");
  return Exit::done;
}

}  // namespace cli
