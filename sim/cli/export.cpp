// export: results as CSV.
#include "sim/output/export.hpp"

#include <algorithm>
#include <iostream>
#include <sstream>
#include <string_view>
#include <vector>

#include "scenarios/problem.hpp"
#include "sim/cli/answers.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/posterior.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/results_text.hpp"
#include "sim/cli/words.hpp"
#include "sim/experiments/answers.hpp"
#include "sim/output/whole_file.hpp"

namespace cli {
namespace {

void trips(std::ostream& out, const std::filesystem::path& file, const Arguments& arguments) {
  const Revived revived = revive(file);
  const agents::Stage stage(revived.scenario.world);
  sim::RunSettings settings;
  settings.seed = revived.run.seed;
  settings.replicates = arguments.whole("replicates", 1, revived.run.replicates).value_or(revived.run.replicates);
  settings.threads = sim::thread_count(static_cast<int>(arguments.whole("threads", 1, 4096).value_or(0)));
  settings.trips = settings.replicates;
  Progress progress("histories", settings.replicates);
  settings.on_progress = [&](std::int64_t done) { progress.at(done); };
  settings.on_trips = [&](const sim::TripTable& lived) { sim::export_trips(out, stage, lived); };
  sim::export_trips_header(out);
  if (const auto sets = sets_of(revived))
    sim::run(ensemble(revived.scenario.world, *sets), settings);
  else
    sim::run(stage, settings);
}

/// The tables of compare, allocate and sensitivity.
struct AnswerTable {
  std::string_view name;
  const sim::AnswerKind& (*kind)();
  std::string_view dimensions;
};
constexpr AnswerTable answer_tables[] = {
    {"differences", sim::comparison_kind, "alternative leader outcome"},
    {"host-differences", sim::comparison_kind, "alternative leader host"},
    {"occasion-differences", sim::comparison_kind, "alternative leader occasion"},
    {"partings", sim::comparison_kind, "parting"},
    {"allocation", sim::allocation_kind, "place leader"},
    {"allocation-norm", sim::allocation_kind, "place"},
    {"allocation-occasions", sim::allocation_kind, "place leader occasion"},
    {"sensitivity", sim::sensitivity_kind, "leader measure factor"},
    {"sensitivity-variance", sim::sensitivity_kind, "leader measure"},
};

void must_be_a_table(const std::string& what) {
  std::vector<std::string> known = {"trips", "hosts", "events", "weeks"};
  for (const AnswerTable& table : answer_tables) known.emplace_back(table.name);
  if (std::find(known.begin(), known.end(), what) == known.end())
    throw UsageError("there is no table '" + scenarios::printable(what) + "': " +
                     scenarios::suggestion(what, known, "'safeconduct export --help' lists them; the file comes last"));
}

/// Every table but that of trips: those lie in the file.
void write(std::ostream& out, const std::string& what, const std::filesystem::path& file) {
  if (what == "hosts") return sim::export_hosts(out, file);
  if (what == "events") return sim::export_events(out, file);
  if (what == "weeks") return sim::export_weeks(out, file);
  for (const AnswerTable& table : answer_tables)
    if (what == table.name) sim::export_answer(out, file, table.kind(), table.dimensions);
}

}  // namespace

int export_csv(const Arguments& arguments) {
  if (arguments.words().size() < 2)
    throw UsageError("export takes two words: trips, hosts, events or weeks, and a results file");
  const std::string& what = arguments.words()[0];
  must_be_a_table(what);
  for (const char* option : {"replicates", "threads"})
    if (what != "trips" && arguments.flag(option))
      throw UsageError("option '--" + std::string(option) + "' goes with trips: the other tables are in the file");
  const std::filesystem::path file = arguments.words()[1];
  const auto out = arguments.text("out");
  const bool to_file = out && *out != "-";
  std::ostringstream table;
  if (what == "trips") {
    sim::must_be_results(file);
    sim::export_trips_header(table);  // the rest is lived again, once it is known that there is a place for it
  } else {
    write(table, what, file);
  }
  if (to_file) {
    must_have_room("out", *out);
    must_begin_with(table.str().substr(0, table.str().find('\n') + 1), "out FILE", *out, "table of " + what);
  }
  if (what != "weeks") std::cerr << "note: " << arrest_caveat << '\n';
  if (what == "trips") {
    table.str({});
    trips(to_file ? static_cast<std::ostream&>(table) : std::cout, file, arguments);
  }
  if (to_file)
    sim::write_whole(*out, table.str());
  else
    std::cout << table.str();
  return Exit::done;
}

}  // namespace cli
