// verify: a results file lived again from what stands in it, and compared to the bit.
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "scenarios/tables.hpp"
#include "sim/cli/answers.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/posterior.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/results_text.hpp"
#include "sim/cli/words.hpp"
#include "sim/experiments/merge.hpp"
#include "sim/experiments/shard.hpp"
#include "sim/experiments/sweep.hpp"
#include "sim/output/whole_file.hpp"
#include "sim/run/run.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;

/// HDF5 may die of a damaged file, or take all memory: it is first read by a child that may.
void survive_reading(const fs::path& file) {
  const pid_t child = fork();
  if (child < 0) return;
  if (child == 0) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    const rlimit memory{rlim_t{16} << 30, rlim_t{16} << 30}, none{0, 0};
    setrlimit(RLIMIT_AS, &memory);
    setrlimit(RLIMIT_CORE, &none);
#endif
    alarm(600);
    sim::is_file_of(sim::results_filetype, file);
    sim::reads_whole(file);
    _exit(0);
  }
  int how = 0;
  while (waitpid(child, &how, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(how))
    throw sim::ResultsError(file.string() + " is damaged: reading it ended in signal " + std::to_string(WTERMSIG(how)));
}

std::uint64_t chosen(const Arguments& arguments) {
  if (const auto n = arguments.whole("choice", 0, std::int64_t{1} << 32)) return static_cast<std::uint64_t>(*n);
  std::uint32_t n = 0;
  if (getrandom(&n, sizeof n, 0) != sizeof n) n = static_cast<std::uint32_t>(getpid());
  return n;
}

int verify_sweep(const fs::path& file, const Arguments& arguments, int threads) {
  const sim::MergedFile merged = sim::read_merged(file);
  std::vector<std::size_t> lived;
  for (std::size_t cell = 0; cell < merged.replicates.size(); ++cell)
    if (merged.replicates[cell] > 0) lived.push_back(cell);
  if (lived.empty()) throw sim::ResultsError(file.string() + " holds no cell that was lived");
  const std::uint64_t choice = chosen(arguments);
  std::sort(lived.begin(), lived.end(), [&](std::size_t a, std::size_t b) {
    return sim::independent_seed(choice, a) < sim::independent_seed(choice, b);
  });
  lived.resize(std::min<std::size_t>(lived.size(),
                                     static_cast<std::size_t>(arguments.whole("cells", 1, 1'000'000).value_or(3))));
  std::sort(lived.begin(), lived.end());

  std::int64_t replicates = 0, before = 0;
  for (const std::size_t cell : lived) replicates += merged.replicates[cell];
  Progress progress("histories", replicates);
  std::size_t different = 0;
  std::string words;
  for (const std::size_t cell : lived) {
    const std::string where = "cell " + std::to_string(cell) + ": ";
    const sim::Tables world = merged.plan.tables(cell);
    if (sim::cell_fingerprint(world, merged.plan.seed_of(cell)) != merged.plan.fingerprints.at(cell)) {
      words += where + "its world, seed and this program's version do not give the fingerprint in the file\n";
      ++different;
      continue;
    }
    sim::Plan plan = merged.plan;
    plan.goal = {merged.replicates[cell], "", "", 0};
    sim::SweepSettings settings;
    settings.threads = threads;
    settings.on_progress = [&](std::int64_t done, std::int64_t) { progress.at(before + done); };
    const sim::CellSums sums =
        sim::live_cell(plan, cell, agents::Stage(scenarios::import_tables(world).world), settings);
    before += merged.replicates[cell];
    const std::string difference = sim::first_difference(merged, cell, sums);
    if (!difference.empty()) words += where + difference + "\n", ++different;
  }
  std::cout << words << lived.size() - different << " of " << lived.size() << " cells (" << grouped(replicates)
            << " histories) are the same to the bit; --choice " << choice << " chooses these again\n";
  return different == 0 ? Exit::done : Exit::differs;
}

int verify_run(const fs::path& file, int threads) {
  const Revived revived = revive(file);
  const sim::StoredRun& run = revived.run;
  const auto sets = sets_of(revived);
  const agents::Stage stage(revived.scenario.world);
  sim::ResultsText text = run.text;
  for (const scenarios::EventLabel& e : revived.scenario.event_labels)
    text.events.push_back({e.name, e.kind, scenarios::to_text(e.date)});

  sim::RunSettings settings;
  settings.seed = run.seed;
  settings.replicates = run.replicates;
  settings.threads = threads;
  settings.manner = run.manner;
  settings.trips = run.trips_replicates;
  sim::TripTable sample;
  settings.on_trips = [&](const sim::TripTable& lived) { sample.add(lived); };
  const bool has_ridge = run.ridge_replicates > 0;
  const std::int64_t of_ridge =
      has_ridge ? static_cast<std::int64_t>(std::size(sim::ridge_steps) * stage.leaders) * run.ridge_replicates : 0;
  Progress progress("histories", run.replicates + of_ridge);
  settings.on_progress = [&](std::int64_t done) { progress.at(done); };
  std::vector<sim::Outcomes> by_set;
  const sim::Tally tally = [&] {
    if (!sets) return sim::run(stage, settings);
    sim::EnsembleResult under_sets = sim::run(ensemble(revived.scenario.world, *sets), settings);
    by_set = std::move(under_sets.by_set);
    return std::move(under_sets.tally);
  }();
  settings.on_progress = [&](std::int64_t done) { progress.at(run.replicates + done); };
  const auto ridge = has_ridge ? sim::ridge(revived.scenario.world, settings) : std::vector<sim::RidgePoint>{};
  sim::Results results{
      stage, text, run.seed, run.manner, tally, ridge, run.ridge_replicates, sample, run.trips_replicates, {}};
  if (sets) {
    std::vector<double> values;
    for (const auto& set : sets->sets) values.insert(values.end(), set.begin(), set.end());
    results.sets.emplace(sim::ResultsBySet{sets->names, values, sets->block, by_set});
  }
  const std::string difference = sim::first_difference(sim::read_whole(file), sim::results_image(results));
  if (difference.empty()) {
    std::cout << "all " << grouped(run.replicates) << " histories lived again give the same bits\n";
    return Exit::done;
  }
  std::cout << "'" << difference << "' is not what living it again gives (the file is of safeconduct "
            << run.program_version << ")\n";
  return Exit::differs;
}

}  // namespace

int verify(const Arguments& arguments) {
  if (arguments.words().empty()) throw UsageError("verify takes a results file");
  const fs::path file = merged_file(arguments.words().front());
  const int threads = sim::thread_count(static_cast<int>(arguments.whole("threads", 1, 4096).value_or(0)));
  sim::read_whole(file);  // an error of the disk is told as such
  survive_reading(file);
  return sim::is_file_of(sim::sweep_filetype, file) ? verify_sweep(file, arguments, threads)
                                                    : verify_run(file, threads);
}

}  // namespace cli
