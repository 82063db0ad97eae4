// run: live a scenario, write what was found, show it.
#include "sim/run/run.hpp"

#include <chrono>
#include <iostream>
#include <optional>
#include <system_error>

#include "scenarios/print.hpp"
#include "scenarios/tables.hpp"
#include "sim/cli/answers.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/posterior.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/results_text.hpp"
#include "sim/cli/stopping.hpp"
#include "sim/cli/summary.hpp"
#include "sim/cli/words.hpp"
#include "sim/output/results.hpp"
#include "sim/output/run_log.hpp"
#include "sim/output/trips.hpp"
#include "sim/output/whole_file.hpp"
#include "version.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t sampled = 1000;

enum class Trips { none, sample, all };

Trips trips_wanted(const Arguments& arguments) {
  const std::string word = arguments.text("trips").value_or("none");
  if (word == "none") return Trips::none;
  if (word == "sample") return Trips::sample;
  if (word == "all") return Trips::all;
  throw UsageError("option '--trips' takes none, sample or all, not '" + word + "'");
}

/// The kernel for --isa.
const sim::Kernel& kernel_wanted(const Arguments& arguments) {
  const auto word = arguments.text("isa");
  if (!word) return sim::best_kernel();
  const auto isa = sim::parse_isa(*word);
  if (!isa) throw UsageError("option '--isa' takes baseline, avx2 or avx512, not '" + *word + "'");
  if (*isa > sim::best_isa())
    throw UsageError("this machine does not have " + *word + ": its best is " +
                     std::string(sim::name(sim::best_isa())));
  return sim::best_kernel(*isa);
}

/// Where the results go; refuses at once what could not be written at the end.
fs::path results_path(const Arguments& arguments, const std::string& scenario) {
  const fs::path ending = fs::path(arguments.text("out").value_or("")).extension();
  if (ending == ".trips" || ending == ".json")
    throw UsageError("option '--out' takes another ending than " + ending.string() + ", which belongs beside it");
  return answer_path(arguments, scenario + ".h5", sim::results_filetype);
}

}  // namespace

int run(const Arguments& arguments) {
  const auto threads = arguments.whole("threads", 1, 4096);
  const Trips trips = trips_wanted(arguments);
  const scenarios::Scenario scenario = load_scenario(arguments);
  const fs::path path = results_path(arguments, scenario.name);
  const agents::Stage stage(scenario.world);
  const auto sets = posterior_wanted(arguments, scenario.run.replicates);

  sim::RunLog log;
  log.started = sim::utc_now();
  const auto began = std::chrono::steady_clock::now();
  sim::ResultsText text = results_text(scenario, scenarios::resolved(scenario));
  if (sets) text.world_tables[scenarios::parameter_sets_table] = scenarios::to_table(*sets);

  sim::RunSettings settings;
  settings.seed = scenario.run.seed;
  settings.replicates = scenario.run.replicates;
  settings.threads = sim::thread_count(static_cast<int>(threads.value_or(0)));
  settings.kernel = &kernel_wanted(arguments);
  sim::TripTable sample;
  std::optional<sim::TripsWriter> parts;
  if (trips != Trips::none) settings.trips = trips == Trips::sample ? sampled : settings.replicates;
  if (trips == Trips::all) parts.emplace(path, stage, text, settings.seed);
  settings.on_trips = [&](const sim::TripTable& lived) {
    if (parts)
      parts->add(lived);
    else
      sample.add(lived);
  };

  const std::atomic<bool>& stop = stop_on_signals();
  settings.stop = &stop;

  std::vector<sim::RidgePoint> ridge;
  std::vector<sim::Outcomes> by_set;
  const sim::Tally tally = [&] {
    const auto of_ridge = static_cast<std::int64_t>(std::size(sim::ridge_steps) * stage.leaders) *
                          sim::ridge_replicates(settings.replicates);
    Progress progress("histories (the ridge's among them)", settings.replicates + of_ridge);
    settings.on_progress = [&](std::int64_t done) { progress.at(done); };
    sim::Tally lived = [&] {
      if (!sets) return sim::run(stage, settings);
      sim::EnsembleResult under_sets = sim::run(ensemble(scenario.world, *sets), settings);
      by_set = std::move(under_sets.by_set);
      return std::move(under_sets.tally);
    }();
    settings.on_progress = [&](std::int64_t done) { progress.at(settings.replicates + done); };
    if (!stop) ridge = sim::ridge(scenario.world, settings);
    return lived;
  }();
  const int number = stopped_by();
  if (tally.replicates() == 0) {
    std::cerr << "stopped before the first histories were done: nothing written\n";
    return 128 + number;
  }
  if (number != 0) {
    const std::int64_t there = sim::histories_in(path, sim::run_fingerprint(text, settings.seed));
    if (fuller_is_left_alone(path, there, tally.replicates())) return 128 + number;
  }

  sim::Results results{stage,
                       text,
                       settings.seed,
                       settings.manner,
                       tally,
                       ridge,
                       ridge.empty() ? 0 : sim::ridge_replicates(settings.replicates),
                       sample,
                       trips == Trips::sample ? std::min(sampled, tally.replicates()) : 0,
                       {}};
  if (sets) {
    std::vector<double> values;
    for (const auto& set : sets->sets) values.insert(values.end(), set.begin(), set.end());
    results.sets.emplace(sim::ResultsBySet{sets->names, values, sets->block, by_set});
  }
  sim::write_whole(path, sim::results_image(results));
  if (parts) parts->finish(tally.replicates());
  log.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  log.threads = settings.threads;
  log.version = SAFECONDUCT_VERSION;
  log.commit = SAFECONDUCT_COMMIT;
  log.compiler = SAFECONDUCT_COMPILER " " SAFECONDUCT_FLAGS;
  log.machine = machine_name();
  log.command_line = {"safeconduct", "run"};
  log.command_line.insert(log.command_line.end(), arguments.as_typed().begin(), arguments.as_typed().end());
  log.paths = {{"results", fs::absolute(path).string()}, {"world", shipped_places().world.string()}};
  log.replicates_asked = settings.replicates;
  log.replicates_lived = tally.replicates();
  sim::write_run_log(path, log);

  std::cout << summary(scenario, stage, tally, ridge, sets.has_value());
  if (sets) std::cout << '\n' << uncertainty(scenario, stage, by_set, *sets, tally.replicates());
  std::cout << "\nwrote " << path.string();
  if (parts) std::cout << " and " << sim::trips_folder(path).string();
  std::cout << "\nnext: safeconduct replay " << path.string() << " --replicate 7    tells one of these histories\n"
            << "      safeconduct export hosts " << path.string() << "         the table of hosts as CSV\n";
  if (number == 0) return Exit::done;
  std::cerr << "stopped: the file holds the " << grouped(tally.replicates()) << " histories of "
            << grouped(settings.replicates) << " that were done\n";
  return 128 + number;
}

}  // namespace cli
