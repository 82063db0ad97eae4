#include "sim/cli/commands.hpp"

#include <algorithm>
#include <iostream>

#include "agents/parameters.hpp"
#include "agents/stage.hpp"
#include "scenarios/format.hpp"
#include "scenarios/print.hpp"
#include "scenarios/tables.hpp"
#include "sim/cli/answers.hpp"
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
         {"posterior", "FILE", "parameter sets (of fit, or CSV: a column a parameter, a row a set), each for a block"},
         {"sets", "K", "use at most K of them, evenly spread (default: 200)"},
         set}},
       run},
      {{"compare",
        "[BASE [ALTERNATIVE...]]",
        "live worlds side by side under the same luck, and say what differs\n"
        "(default: with and without the warrant, and without campaigns).\n"
        "BASE and ALTERNATIVE are files or shipped cases; every --set is one more alternative, the base with these "
        "changes:\n"
        "  safeconduct compare dushanbe_2025 --set leaders.putin.warrant=false --set 'parameters.eta=0; "
        "parameters.rho_suit=0'\n"
        "Prints for each outcome the mean paired difference with its interval, how many itineraries change, and where "
        "they\n"
        "part first; writes BASE.compare.h5.",
        {{"set", "KEY=VALUE[; ...]", "an alternative: the base with one or more keys changed", true},
         {"everywhere", "KEY=VALUE", "change a key in all worlds", true},
         seed,
         replicates,
         {"threads", "N", "default: the CPUs this process may use; never changes a result"},
         {"out", "FILE", "where the comparison goes (default: BASE.compare.h5 here)"}},
        1000},
       compare},
      {{"allocate",
        "[SCENARIO]",
        "where does one more unit of campaign effort repay? (default: dushanbe_2025)\n"
        "Gives the effort to one host after another, each world beside the one without it under the same luck, and "
        "ranks the\n"
        "hosts by the visits under a duty that it prevents; says also what it does to the norm, and where nobody can "
        "tell.\n"
        "Writes SCENARIO.allocate.h5.",
        {{"effort", "X", "weekly budget, in medium organisations (default: 1; the shipped ones sum to 5)"},
         {"hosts", "N", "try the N hosts to which most trips are announced (default: 12)"},
         {"litigation", "Y", "share of the effort that goes to court (default: 0.2)"},
         {"winnability", "W", "taste for fights that can be won (default: 0.3)"},
         seed,
         replicates,
         {"threads", "N", "default: the CPUs this process may use; never changes a result"},
         {"out", "FILE", "where the answer goes (default: SCENARIO.allocate.h5 here)"},
         set}},
       allocate},
      {{"sensitivity",
        "MERGED",
        "which factors of a finished sweep matter: Morris's effects, or Sobol's indices\n"
        "MERGED is the merged file of a sweep with design morris or saltelli, or its folder. The luck of the "
        "replicates "
        "is\n"
        "told apart from the factors; intervals are of 95 %. Writes all measures to MERGED.sensitivity.h5 and prints "
        "one.",
        {{"measure", "NAME", "the measure to print (default: member_visits)"},
         {"out", "FILE", "where the indices go (default: MERGED.sensitivity.h5 here)"}}},
       sensitivity},
      {{"replay",
        "RESULTS",
        "tell one history in words, decision by decision, with the odds at each\n"
        "The history is lived again from the seed: a results file of any size knows all of them.",
        {{"replicate", "N", "which history, from 0 (default: 0)"}, {"json", "", "for programs"}}},
       replay},
      {{"why",
        "RESULTS",
        "tell why one decision fell as it did: each term in logits, and what would have turned it\n"
        "Without --decision: lists the decisions of the history. With --hosts: where every host stands at the start.",
        {{"replicate", "N", "which history, from 0 (default: 0)"},
         {"decision", "K", "which of its decisions, from 0"},
         {"hosts", "", "instead: the terms of every host's compliance index before anything has happened"},
         {"week", "T", "hosts: in which week, from 0 (default: 0)"},
         {"json", "", "for programs"}}},
       why},
      {{"card",
        "[SCENARIO]",
        "what one trip would come to: the odds of every turn, what drives them, chance and ignorance\n"
        "Puts the trip into the calendar of the scenario and lives it (default: 20,000 histories).",
        {{"host", "CODE", "where, e.g. MNG (must be given)"},
         {"date", "DATE", "first day, e.g. 2026-09-02 (must be given)"},
         {"days", "N", "how long (default: 2)"},
         {"kind", "KIND", "a kind of event: its value, lead, cover (default: a plain visit of value 1)"},
         {"value", "V", "what the occasion is worth to the leader, instead of the kind's"},
         {"lead", "WEEKS", "from the answer to the departure, instead of the kind's"},
         {"leader", "ID", "who is invited (default: everybody; the card is the first leader's)"},
         {"posterior", "FILE", "parameter sets, as for run: says how much of the answer is ignorance of them"},
         {"sets", "K", "use at most K of them, evenly spread (default: 200)"},
         {"json", "", "for programs"},
         {"threads", "N", "default: the CPUs this process may use; never changes a result"},
         seed,
         replicates,
         set}},
       card},
      {{"check",
        "[SCENARIO]",
        "check a scenario and print it in full, with defaults, units and origins\n"
        "Runs nothing.",
        {{"export", "DIR",
          "also write the resolved world as CSV tables, all that the model reads; only such tables are replaced"},
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
        "seed.\n"
        "Tables of a COMPARISON: differences, host-differences, occasion-differences, partings; of an ALLOCATION: "
        "allocation,\n"
        "allocation-norm, allocation-occasions; of a SENSITIVITY: sensitivity, sensitivity-variance.\n"
        "Columns: 'safeconduct page schema'.",
        {{"out", "FILE", "to a file instead, written whole"},
         {"replicates", "N", "trips: only of the first N histories"},
         {"threads", "N", "trips: default: the CPUs this process may use"}},
        2},
       export_csv},
      {{"hindcast",
        "SCENARIO...",
        "predict the decisions of a record, each from those before it, and score the predictions\n"
        "Each scenario takes the decisions of its leaders inside its horizon. Shipped record: record/decisions.csv.",
        {{"records", "FILE", "the record (default: the shipped one; columns: scenarios/record/SOURCES.md)"},
         {"particles", "N", "replicates that live along the record (default: 20000)"},
         {"posterior", "FILE", "predict under parameter sets (as in run), mixed by how well they have done so far"},
         {"sets", "K", "use at most K of them (default: 200); they share the particles"},
         {"json", "", "one line of JSON for each decision and each score"},
         seed,
         {"threads", "N", "default: the CPUs this process may use; never changes a result"},
         set},
        64},
       hindcast},
      {{"fit",
        "SCENARIO...",
        "fit the parameters to a record and write the posterior\n"
        "Sets of parameters are weighed decision by decision; what they predicted before each is kept in the file. "
        "Draws of\n"
        "the posterior are then weighed by figures of travel (scenarios/record/figures.csv) where a scenario has any.",
        {{"records", "FILE", "the record (default: the shipped one)"},
         {"out", "FILE", "the posterior (.h5)"},
         {"chains", "N", "fits that know nothing of each other; R-hat tells whether they agree (default: 4)"},
         {"draws", "N", "sets of parameters that each carries (default: 100)"},
         {"sweeps", "N", "of moves at each resampling (default: 3)"},
         {"scouts", "N", "sets that tell each chain where the posterior lies, before it settles (default: 1600)"},
         {"settling", "N",
          "sweeps of moves at the end, where all decisions are known; the second half is kept (default: 40)"},
         {"particles", "N", "replicates that weigh a set (default: 160)"},
         {"travelled", "N", "draws weighed by the figures of travel (default: 1200)"},
         {"no-figures", "", "by the record alone"},
         {"seed", "N", "default: 1"},
         {"threads", "N", "default: the CPUs this process may use; never changes a result"},
         set},
        64},
       fit},
      {{"patterns",
        "[SCENARIO...]",
        "hold the regularities of the record against the model's histories, leader by leader\n"
        "Visits a year, members among them, gaps, distances, ...: record, histories, and how far out the record lies.\n"
        "Without a scenario: bashir_2009 and putin_2023.",
        {{"records", "FILE", "the record (default: the shipped one; columns: scenarios/record/SOURCES.md)"},
         {"posterior", "FILE", "parameter sets, as in run"},
         {"sets", "K", "use at most K of them (default: 200)"},
         {"json", "", "one line of JSON for each regularity"},
         seed,
         {"replicates", "N", "histories of each scenario (default: 4,000)"},
         {"threads", "N", "default: the CPUs this process may use; never changes a result"},
         set},
        64},
       patterns},
      {{"freeze",
        "[SCENARIO]",
        "write down what the model says of the coming weeks, dated and hashed, to be scored later\n"
        "Counts of histories for every host and event. The same command writes the same bytes, whenever it is given.",
        {{"from", "DATE", "the day it is stated; its weeks are those that begin on or after it"},
         {"weeks", "N", "how many (default: 26)"},
         {"out", "FILE", "where it goes (default: FORECAST.json); never written over"},
         {"posterior", "FILE", "parameter sets, as in run"},
         {"sets", "K", "use at most K of them (default: 200)"},
         seed,
         {"replicates", "N", "histories (default: 20,000)"},
         {"threads", "N", "default: the CPUs this process may use; never changes a result"},
         set}},
       freeze},
      {{"score",
        "FORECAST",
        "hold a frozen forecast against what happened\n"
        "Refuses a forecast whose text is no longer what its hash says.",
        {{"records", "FILE", "what happened (default: the shipped record; columns: scenarios/record/SOURCES.md)"},
         {"complete", "", "the record holds all that happened in the forecast's weeks"},
         {"json", "", "one line of JSON for each score"}}},
       score},
      {{"sweep",
        "DESIGN",
        "live every cell of a design, and go on where an earlier run stopped\n"
        "DESIGN is a scenario with a table [sweep] (safeconduct page format), or the name of a shipped one. Each cell "
        "is a\n"
        "file of its own in DIR; when all are there they are merged into DIR/results.h5.",
        {{"out", "DIR", "where the cells and the results go (default: DESIGN.sweep here)"},
         {"resume", "", "go on in a DIR that holds cells of this design"},
         {"shard", "I/N",
          "only piece I of N, from 0 (default: from Slurm's array or an MPI launcher, if there is one)"},
         seed,
         replicates,
         {"threads", "N", "default: the CPUs this process may use; never changes a result"},
         set}},
       sweep},
      {{"status", "DIR", "what of a sweep is done, missing or damaged", {}}, status},
      {{"merge",
        "DIR",
        "make one results file of the cells of a sweep\n"
        "The same cells give the same bytes, however they were lived.",
        {{"out", "FILE", "default: DIR/results.h5"},
         {"partial", "", "though cells are missing: they have 0 replicates and means that are not a number"}}},
       merge},
      {{"slurm",
        "DESIGN",
        "print a script that runs a sweep as an array of Slurm jobs, and the merge after them\n"
        "Save it, look at it, run it with sh where sbatch is.",
        {{"array", "N", "jobs in the array (default: 8)"},
         {"cpus", "N", "CPUs of each (default: 4)"},
         {"time", "TIME", "time limit of each (default: 1-00:00:00)"},
         {"out", "DIR", "as for sweep"},
         seed,
         replicates,
         set}},
       slurm},
      {{"verify",
        "RESULTS",
        "live a results file again and compare bits\n"
        "Of a sweep's file (or folder) a random sample of cells; of a run's file all of it. Exit code 1 if anything "
        "differs.",
        {{"cells", "N", "of a sweep's file: how many cells (default: 3)"},
         {"choice", "N", "which ones: a number that chooses the same again (default: another each time)"},
         {"threads", "N", "default: the CPUs this process may use"}}},
       verify},
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
  for (std::string& setting : run_settings(arguments)) {
    const std::string key = setting.substr(0, setting.find('=') + 1);
    if (std::ranges::any_of(settings, [&](const std::string& other) { return other.starts_with(key); }))
      throw UsageError("option '--" + key.substr(4, key.size() - 5) + "' is short for '--set " + key +
                       "...', which is given too");
    settings.push_back(std::move(setting));
  }
  return settings;
}

scenarios::Scenario load_scenario(const Arguments& arguments, std::vector<std::string> before) {
  const std::string file = arguments.words().empty() ? std::string(default_scenario) : arguments.words().front();
  for (std::string& setting : scenario_settings(arguments)) before.push_back(std::move(setting));
  scenarios::Scenario scenario = scenarios::load(file, shipped_places(), before);
  for (const std::string& note : scenario.notes) std::cerr << "note: " << note << '\n';
  return scenario;
}

int check(const Arguments& arguments) {
  const scenarios::Scenario scenario = load_scenario(arguments);
  for (const std::string& lost : scenario.closures) std::cerr << "note: " << lost << '\n';
  if (const auto folder = arguments.text("export")) {
    make_folder(*folder);
    const std::filesystem::path path(*folder);
    const auto tables = scenarios::export_tables(scenario);
    for (const auto& [name, text] : tables)
      must_begin_with(text.substr(0, text.find('\n') + 1), "export DIR", path / name, "table of an exported world");
    for (const auto& [name, text] : tables) sim::write_whole(path / name, text);
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
