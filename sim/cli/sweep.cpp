// sweep, status, merge: experiments cell by cell, each written as soon as it is done.
#include "sim/experiments/sweep.hpp"

#include <cstdlib>
#include <iostream>
#include <system_error>

#include "scenarios/sweep.hpp"
#include "sim/cli/answers.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/planning.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/stopping.hpp"
#include "sim/cli/words.hpp"
#include "sim/experiments/merge.hpp"
#include "sim/experiments/shard.hpp"
#include "sim/output/whole_file.hpp"
#include "sim/run/run.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;

sim::Shard shard_wanted(const Arguments& arguments) {
  if (const auto given = arguments.text("shard")) {
    if (const auto shard = sim::parse_shard(*given)) return *shard;
    throw UsageError("option '--shard' takes a piece and their number, such as 0/8 up to 7/8, not '" + *given + "'");
  }
  try {
    return sim::shard_from([](const char* name) -> const char* { return std::getenv(name); });
  } catch (const std::runtime_error& e) {
    throw UsageError(std::string(e.what()) + ": name the piece with --shard I/N");
  }
}

/// The folder of a sweep is told by its lock, the first thing in it: pieces may start at once.
sim::FolderLock lock_folder(const fs::path& folder, const sim::Shard& shard) {
  std::error_code ignored;
  if (fs::is_directory(folder, ignored) && !fs::is_empty(folder) && !fs::exists(folder / "lock") &&
      !fs::exists(sim::plan_path(folder)))
    throw std::system_error(EEXIST, std::generic_category(),
                            "'" + folder.string() +
                                "' is not the folder of a sweep and is left alone (--out DIR names "
                                "another)");
  make_folder(folder);
  return sim::FolderLock(folder, shard);
}

/// Where no plan says whose the cells are, each tells itself: throws if one is of another sweep.
void leave_other_cells_alone(const fs::path& folder, const sim::Plan& plan) {
  for (std::size_t cell = 0; cell < plan.cells(); ++cell)
    if (const sim::FoundCell here = sim::find_cell(folder, plan, cell); here.state == sim::CellState::foreign)
      throw sim::ResultsError(folder.string() +
                              " holds cells of another sweep and is left alone (--out DIR names another)\n  " +
                              sim::cell_path(folder, cell).string() + ": " + here.why);
}

/// Puts the plan into the folder, or finds it there; more replicates than planned are added, fewer are not taken away.
void keep_plan(const fs::path& folder, sim::Plan& plan) {
  if (!fs::exists(sim::plan_path(folder))) {
    leave_other_cells_alone(folder, plan);
  } else {
    try {
      const sim::Plan there = sim::read_plan(folder);
      if (there.fingerprint() != plan.fingerprint())
        throw sim::ResultsError(
            folder.string() + " holds another sweep and is left alone (--out DIR names another)\n  there: " +
            there.fingerprint() + " (" + there.title + ")\n  asked: " + plan.fingerprint() + " (" + plan.title + ")");
      plan.goal.replicates = std::max(plan.goal.replicates, there.goal.replicates);
      if (there == plan) return;
    } catch (const sim::DamagedFile& e) {
      leave_other_cells_alone(folder, plan);
      const std::string what = e.what();
      std::cerr << "note: " << what.substr(0, what.rfind("; ")) << ": the plan is written anew\n";
    }
  }
  sim::write_whole(sim::plan_path(folder), sim::plan_image(plan));
}

struct Found {
  std::vector<sim::CellTask> tasks;
  std::size_t files = 0, done = 0, redone = 0;
};

Found look(const fs::path& folder, const sim::Plan& plan, const std::vector<std::size_t>& cells) {
  Found found;
  for (const std::size_t cell : cells) {
    sim::FoundCell here = sim::find_cell(folder, plan, cell);
    found.files += here.state != sim::CellState::missing;
    if (here.state == sim::CellState::done) {
      ++found.done;
      continue;
    }
    if (here.state == sim::CellState::damaged || here.state == sim::CellState::foreign) {
      ++found.redone;
      std::cerr << "note: " << sim::cell_path(folder, cell).string() << " is "
                << (here.state == sim::CellState::damaged ? "damaged" : "not of this sweep") << " (" << here.why
                << "): the cell is lived again\n";
      std::error_code ignored;
      fs::remove_all(sim::cell_path(folder, cell), ignored);
    }
    found.tasks.push_back({cell, std::move(here.sums)});
  }
  return found;
}

std::string in_words(const sim::Plan& plan) {
  return plan.title + ": " + plan.design + " of " + grouped(static_cast<std::int64_t>(plan.cells())) + " cells, " +
         grouped(plan.goal.replicates) + " histories each";
}

/// Writes the results of a sweep whose cells are all there.
void write_results(const fs::path& folder, const sim::Plan& plan, const fs::path& out, bool partial) {
  std::vector<std::size_t> lacking;
  const sim::Merged merged = sim::merge_cells(plan, [&](std::size_t cell) {
    sim::FoundCell found = sim::find_cell(folder, plan, cell);
    if (found.state != sim::CellState::done) lacking.push_back(cell);
    return found;
  });
  if (!lacking.empty() && !partial)
    throw sim::ResultsError(std::to_string(lacking.size()) + " of " + std::to_string(plan.cells()) + " cells of " +
                            folder.string() + " are not done ('safeconduct status " + folder.string() +
                            "' names them): go on with sweep --resume, or merge what is there with --partial");
  sim::write_whole(out, merged.image);
}

}  // namespace

int sweep(const Arguments& arguments) {
  if (arguments.words().empty()) throw UsageError("sweep takes a design");
  const int threads = sim::thread_count(static_cast<int>(arguments.whole("threads", 1, 4096).value_or(0)));
  const sim::Shard shard = shard_wanted(arguments);
  scenarios::SweepDesign design(arguments.words().front(), shipped_places(), scenario_settings(arguments));
  sim::Plan plan = make_plan(design, threads);

  const fs::path folder = arguments.text("out").value_or(design.name() + ".sweep");
  const sim::FolderLock lock = lock_folder(folder, shard);
  make_folder(folder / "cells");
  const fs::path results = folder / "results.h5";
  if (!fs::exists(sim::plan_path(folder))) must_be_file_of(sim::sweep_filetype, "out DIR", results);
  const std::vector<std::size_t> cells = sim::cells_of(shard, plan.cells());
  const bool resume = arguments.flag("resume");
  if (!resume)
    for (const std::size_t cell : cells)
      if (fs::exists(fs::symlink_status(sim::cell_path(folder, cell))))
        throw sim::ResultsError(folder.string() +
                                " already holds cells of a sweep; add --resume to go on with it, or " +
                                "name another folder");
  keep_plan(folder, plan);
  sim::clear_temporaries(folder, cells);
  Found found = look(folder, plan, cells);

  std::cerr << in_words(plan) << "\n";
  if (!shard.is_whole())
    std::cerr << "piece " << shard.index << " of " << shard.count << " (" << shard.from << "): " << cells.size()
              << " cells\n";
  if (resume)
    std::cerr << found.done << " cells are done, " << found.tasks.size() << " are to do"
              << (found.redone > 0 ? ", of which " + std::to_string(found.redone) + " were damaged" : std::string())
              << "\n";

  const std::atomic<bool>& stop = stop_on_signals();
  const std::size_t to_do = found.tasks.size();
  std::int64_t replicates = 0;
  for (const sim::CellTask& task : found.tasks) replicates += plan.goal.replicates - task.so_far.kept();
  {
    Progress progress("histories", std::max<std::int64_t>(1, replicates));
    sim::SweepSettings settings;
    settings.threads = threads;
    settings.stop = &stop;
    settings.on_progress = [&](std::int64_t done, std::int64_t finished) {
      progress.at(done, ", " + grouped(finished) + " of " + grouped(static_cast<std::int64_t>(to_do)) + " cells");
    };
    sim::live_cells(
        plan, folder, std::move(found.tasks),
        [&](std::size_t cell) { return agents::Stage(design.scenario(cell).world); }, settings);
  }
  if (const int number = stopped_by()) {
    std::cerr << "stopped: what was lived is kept in " << folder.string() << "; the same command "
              << (resume ? "" : "with --resume ") << "goes on\n";
    return 128 + number;
  }
  if (!shard.is_whole()) {
    std::cout << "piece " << shard.index << " of " << shard.count << " is done\nnext: safeconduct merge "
              << folder.string() << "    when all pieces are\n";
    return Exit::done;
  }
  write_results(folder, plan, results, false);
  const bool measured = plan.design == "morris" || plan.design == "saltelli";
  std::cout << "wrote " << results.string() << "\nnext: "
            << (measured ? "safeconduct sensitivity " + results.string() + "    which factors matter"
                         : "safeconduct.open_sweep(\"" + folder.string() +
                               "\") in Python (analysis/README.md)    the outcomes over the factors")
            << "\n";
  return Exit::done;
}

int status(const Arguments& arguments) {
  if (arguments.words().empty()) throw UsageError("status takes the folder of a sweep");
  const fs::path folder = arguments.words().front();
  const sim::Plan plan = sim::read_plan(folder);
  std::size_t counted[5] = {};
  std::string lines;
  for (std::size_t cell = 0; cell < plan.cells(); ++cell) {
    const sim::FoundCell found = sim::find_cell(folder, plan, cell);
    ++counted[static_cast<std::size_t>(found.state)];
    const std::string which = "  cell " + std::to_string(cell);
    switch (found.state) {
      case sim::CellState::missing:
        lines += which + " is missing\n";
        break;
      case sim::CellState::damaged:
        lines += which + " is damaged: " + found.why + "\n";
        break;
      case sim::CellState::foreign:
        lines += which + " is not of this sweep: " + found.why + "\n";
        break;
      case sim::CellState::partial:
        lines +=
            which + " has " + grouped(found.sums.replicates) + " of " + grouped(plan.goal.replicates) + " histories\n";
        break;
      case sim::CellState::done:
        break;
    }
  }
  const auto n = [&](sim::CellState state) { return std::to_string(counted[static_cast<std::size_t>(state)]); };
  std::cout << in_words(plan) << "\ndone " << n(sim::CellState::done) << ", begun " << n(sim::CellState::partial)
            << ", missing " << n(sim::CellState::missing) << ", damaged " << n(sim::CellState::damaged) << ", foreign "
            << n(sim::CellState::foreign) << (sim::FolderLock::is_held(folder) ? "; somebody is writing here now" : "")
            << "\n"
            << lines;
  return Exit::done;
}

int merge(const Arguments& arguments) {
  if (arguments.words().empty()) throw UsageError("merge takes the folder of a sweep");
  const fs::path folder = arguments.words().front();
  const sim::Plan plan = sim::read_plan(folder);
  const fs::path out = answer_path(arguments, folder / "results.h5", sim::sweep_filetype);
  write_results(folder, plan, out, arguments.flag("partial"));
  std::cout << "wrote " << out.string() << "\n";
  return Exit::done;
}

}  // namespace cli
