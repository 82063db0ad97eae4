#include <doctest/doctest.h>
#include <sys/resource.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>

#include "sim/experiments/merge.hpp"
#include "sim/experiments/shard.hpp"
#include "sim/experiments/sweep.hpp"
#include "sim/output/whole_file.hpp"
#include "sim/run/run.hpp"
#include "tests/support/files.hpp"
#include "tests/support/worlds.hpp"

using namespace sim;
namespace fs = std::filesystem;

namespace {

struct SweepFolder : support::Folder {
  SweepFolder() { fs::create_directories(path() / "cells"); }
};

agents::Stage stage_of(std::size_t cell) {
  agents::World w = support::lively_world(4, 30);
  w.parameters.th_J = static_cast<double>(cell);
  return agents::Stage(std::move(w));
}

/// Of lively worlds in which th_J is the number of the cell.
Plan plan_of(std::size_t cells, std::int64_t replicates) {
  Plan plan;
  plan.title = plan.name = "lively";
  plan.design = "list";
  plan.start_date = "2025-01-01";
  plan.weeks = 30;
  plan.goal.replicates = replicates;
  plan.world = {{"a.csv", "x\n1\n"}};
  PlanFactor f{"th_J", "parameters.th_J", "logit", true, {}, {}};
  for (std::size_t cell = 0; cell < cells; ++cell) {
    f.numbers.push_back(static_cast<double>(cell));
    plan.changes.emplace_back();
    plan.fingerprints.push_back("fingerprint " + std::to_string(cell));
  }
  plan.factors = {f};
  const agents::Stage stage = stage_of(0);
  plan.labels.leaders = {{"leader", "The Leader", "home"}};
  for (const agents::Host& h : stage.world.hosts) plan.labels.hosts.push_back({h.name, h.name, h.region, 0, 0});
  for (const agents::Ngo& n : stage.world.ngos) plan.labels.ngos.push_back(n.name);
  for (const agents::Event& e : stage.world.events)
    plan.labels.events.push_back({"leader", e.name, "", e.name, "", "", e.start});
  return plan;
}

SweepSettings with_threads(int n) {
  SweepSettings s;
  s.threads = n;
  return s;
}

std::vector<CellTask> all_tasks(const fs::path& folder, const Plan& plan) {
  std::vector<CellTask> tasks;
  for (std::size_t cell = 0; cell < plan.cells(); ++cell)
    if (FoundCell found = find_cell(folder, plan, cell); found.state != CellState::done)
      tasks.push_back({cell, std::move(found.sums)});
  return tasks;
}

Merged merged(const fs::path& folder, const Plan& plan) {
  return merge_cells(plan, [&](std::size_t cell) { return find_cell(folder, plan, cell); });
}

}  // namespace

TEST_CASE("experiments: what changes between two worlds, put back, is the other world") {
  const Tables a = {{"one", "h\n1\n2\n3\n"}, {"two", "x\n"}, {"three", ""}};
  for (const Tables& b : {a, Tables{{"one", "h\n1\n9\n3\n"}, {"two", "x\n"}, {"three", ""}},
                          Tables{{"one", "h\n"}, {"two", "y\nz\n"}, {"three", "new\n"}},
                          Tables{{"one", "h\n1\n2\n2\n3\n@ one 0 1 1\n"}, {"two", ""}, {"three", ""}}})
    CHECK(with_changes(a, changes_between(a, b)) == b);
  CHECK(changes_between(a, a) == "");
  for (const char* wrong : {"@ one 9 0 0\n", "@ none 0 0 0\n", "rubbish\n", "@ one 0 0 5\nx\n", "@ one 1 9 0\n"})
    CHECK_THROWS_AS(with_changes(a, wrong), std::runtime_error);
}

TEST_CASE("experiments: pieces take every cell once, and each is an even sample of a grid") {
  for (const std::size_t count : {1u, 3u, 8u}) {
    std::set<std::size_t> seen;
    for (std::size_t i = 0; i < count; ++i)
      for (const std::size_t cell : cells_of({i, count, ""}, 100)) CHECK(seen.insert(cell).second);
    CHECK(seen.size() == 100);
  }
  // A grid of 40 x 8 in 8 pieces: a plain stride would give each piece one column.
  for (std::size_t i = 0; i < 8; ++i) {
    std::map<std::size_t, int> columns;
    for (const std::size_t cell : cells_of({i, 8, ""}, 320)) ++columns[cell % 8];
    CHECK(columns.size() >= 6);
    for (const auto& [column, n] : columns) CHECK(n <= 12);
  }
}

TEST_CASE("experiments: a piece is read from its words, a Slurm array or an MPI launcher") {
  CHECK(parse_shard("2/8")->index == 2);
  for (const char* wrong : {"8/8", "1", "/", "a/2", "-1/2", "1/0", "1/2/3", " 1/2"}) CHECK_FALSE(parse_shard(wrong));
  const auto from = [](std::map<std::string, std::string> environment) {
    return shard_from([=](const char* name) {
      const auto at = environment.find(name);
      return at == environment.end() ? nullptr : at->second.c_str();
    });
  };
  CHECK(from({}).is_whole());
  CHECK(from({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}).is_whole());  // a batch script, no step of srun
  const Shard array = from({{"SLURM_ARRAY_TASK_ID", "7"},
                            {"SLURM_ARRAY_TASK_MIN", "3"},
                            {"SLURM_ARRAY_TASK_STEP", "2"},
                            {"SLURM_ARRAY_TASK_MAX", "9"},
                            {"SLURM_ARRAY_TASK_COUNT", "4"}});
  CHECK(array.index == 2);
  CHECK(array.count == 4);
  const Shard rank = from({{"OMPI_COMM_WORLD_RANK", "3"}, {"OMPI_COMM_WORLD_SIZE", "4"}});
  CHECK(rank.index == 3);
  CHECK(rank.count == 4);
  const Shard both = from({{"SLURM_ARRAY_TASK_ID", "1"},
                           {"SLURM_ARRAY_TASK_COUNT", "2"},
                           {"SLURM_PROCID", "2"},
                           {"SLURM_STEP_NUM_TASKS", "3"}});
  CHECK(both.index == 5);
  CHECK(both.count == 6);
  CHECK_THROWS(from({{"SLURM_ARRAY_TASK_ID", "1"}}));
  CHECK_THROWS_WITH(from({{"SLURM_ARRAY_TASK_ID", "7"},
                          {"SLURM_ARRAY_TASK_MIN", "1"},
                          {"SLURM_ARRAY_TASK_STEP", "1"},
                          {"SLURM_ARRAY_TASK_COUNT", "3"}}),
                    "SLURM_ARRAY_TASK_ID is 7, and the 3 of the array are not at equal steps");
  CHECK_THROWS(from({{"PMI_RANK", "4"}, {"PMI_SIZE", "4"}}));
  // Tasks 0 to 2: 3 is one too many. A launcher that goes by two names is one.
  CHECK_THROWS(from({{"SLURM_ARRAY_TASK_ID", "3"}, {"SLURM_ARRAY_TASK_COUNT", "3"}}));
  const Shard twice = from({{"OMPI_COMM_WORLD_RANK", "1"},
                            {"OMPI_COMM_WORLD_SIZE", "2"},
                            {"SLURM_PROCID", "1"},
                            {"SLURM_STEP_NUM_TASKS", "2"}});
  CHECK(twice.index == 1);
  CHECK(twice.count == 2);
}

TEST_CASE("experiments: a plan reads back as it was written") {
  const SweepFolder folder;
  Plan plan = plan_of(3, 1000);
  plan.shape = {3};
  plan.factors[0].op = "multiply";
  plan.factors.push_back({"who", "", "", false, {}, {"a", "b", "c"}});
  plan.goal.outcome = "visits", plan.goal.leader = "leader", plan.goal.standard_error = 0.1;
  write_whole(plan_path(folder.path()), plan_image(plan));
  CHECK(read_plan(folder.path()) == plan);
  Plan more = plan;
  more.goal.replicates = 2000;
  CHECK(more.fingerprint() == plan.fingerprint());
  more.fingerprints[1] += "x";
  CHECK(more.fingerprint() != plan.fingerprint());
  Plan finer = plan, elsewhere = plan, renamed = plan;
  finer.goal.standard_error = 0.05;
  CHECK(finer.fingerprint() != plan.fingerprint());
  elsewhere.factors[0].numbers[2] += 1;
  CHECK(elsewhere.fingerprint() != plan.fingerprint());
  renamed.title = "another title";
  CHECK(renamed.fingerprint() == plan.fingerprint());
}

TEST_CASE("experiments: cells share their luck or have seeds of their own, and a title makes no other world") {
  Plan plan = plan_of(3, 1000);
  plan.seed = 7;
  for (std::size_t cell = 0; cell < 3; ++cell) CHECK(plan.seed_of(cell) == 7);
  plan.common_luck = false;
  std::set<std::uint64_t> seeds;
  for (std::size_t cell = 0; cell < 200; ++cell) {
    const std::uint64_t seed = plan.seed_of(cell);
    CHECK((seed >> 63) == 0);  // as in a scenario
    seeds.insert(seed);
  }
  CHECK(seeds.size() == 200);
  const Tables world = {{"hosts.csv", "h\n1\n"}, {"run.csv", "title\na\n"}};
  Tables retitled = world, other = world;
  retitled["run.csv"] = "title\nb\n", other["hosts.csv"] = "h\n2\n";
  CHECK(cell_fingerprint(world, 1) == cell_fingerprint(retitled, 1));
  CHECK(cell_fingerprint(world, 1) != cell_fingerprint(other, 1));
  CHECK(cell_fingerprint(world, 1) != cell_fingerprint(world, 2));
}

TEST_CASE("experiments: the columns of a cell are those of its run, row by row, whatever the order in the plan") {
  agents::World w = support::lively_world(4, 30);
  support::add_leader(w, "other");
  w.leaders[1].lam = 0.9, w.leaders[1].Lambda = 20;
  support::add_event(w, 1, 25, 3).leaders = {agents::leader_id(1)};  // the other's alone
  const agents::Stage stage(w);
  Plan plan = plan_of(1, 1300);
  plan.labels.leaders = {{"nobody", "", ""}, {"other", "", ""}, {"leader", "", ""}};
  plan.labels.ngos = {"N2", "N0", "nobody", "N1"};
  plan.labels.events.clear();
  for (std::size_t l : {1u, 0u})
    for (const agents::ScheduledTrip& trip : stage.calendars[l].trips)
      plan.labels.events.push_back({w.leaders[l].name, w.events[trip.stages.front()].name, "", "", "", "", 0});
  plan.labels.events.push_back({"leader", "no such event", "", "", "", "", 0});
  const CellSums sums = live_cell(plan, 0, stage, with_threads(2));
  RunSettings s;
  s.replicates = 1300;
  const Tally tally = run(stage, s);

  std::map<std::string, std::vector<double>> columns;
  for (CellColumn& c : columns_of(plan, sums)) columns[c.name] = std::move(c.values);
  const auto near = [](double x) { return doctest::Approx(x).epsilon(1e-10); };
  const auto at = [&](const char* name, std::size_t i) { return columns.at(name).at(i); };
  CHECK(at("replicates", 0) == 1300);
  CHECK(at("final_nu", 0) == near(tally.final_nu().mean));
  CHECK(at("final_nu_se", 0) == near(tally.final_nu().standard_error));
  const std::vector<std::size_t> row = {2, 1};  // in the plan, by leader
  for (std::uint16_t l = 0; l < 2; ++l) {
    for (std::size_t m = 0; m < measures; ++m) {
      const Estimate e = tally.estimate({l}, static_cast<Measure>(m));
      CHECK(at("measure_mean", row[l] * measures + m) == near(e.mean));
      CHECK(at("measure_se", row[l] * measures + m) == near(e.standard_error));
      double sum = 0;
      for (std::size_t b = 0; b < batches; ++b)
        if (const double n = at("batch_replicates", b); n > 0)
          sum += n * at("batch_mean", (b * 3 + row[l]) * measures + m);
      CHECK(sum == near(tally.sum({l}, static_cast<Measure>(m))));
    }
    for (std::uint16_t h = 0; h < 4; ++h)
      CHECK(at("host_visited", row[l] * 4 + h) == tally.at_host({l}, {h}, Count::visited));
    for (std::size_t t = 0; t < 30; ++t) {
      CHECK(at("isolation_mean", row[l] * 30 + t) == near(tally.weekly_mean(2u + l, t)));
      CHECK(at("visits_so_far_mean", row[l] * 30 + t) == near(tally.weekly_mean(7u + l, t)));
      CHECK(at("visits_in_week", row[l] * 30 + t) == near(tally.weekly_visits({l}, t)));
    }
  }
  const std::vector<std::size_t> ngo_row = {1, 3, 0};
  for (std::size_t n = 0; n < 3; ++n)
    for (std::size_t t = 0; t < 30; ++t)
      CHECK(at("budget_mean", ngo_row[n] * 30 + t) == near(tally.weekly_mean(4 + n, t)));
  std::size_t event = 0;
  for (std::uint16_t l : {1, 0})
    for (std::size_t e = 0; e < stage.calendars[l].trips.size(); ++e)
      CHECK(at("event_opportunities", event++) == tally.at_event({l}, e, Count::opportunities));
  // What the cell does not have.
  CHECK(at("event_opportunities", event) == 0);
  CHECK(at("host_visited", 0) == 0);
  for (const auto& [name, i] : {std::pair{"measure_mean", 0},
                                {"budget_mean", 2 * 30},
                                {"visits_in_week", 0},
                                {"host_visits", 0},
                                {"batch_mean", 0}})
    CHECK(std::isnan(at(name, static_cast<std::size_t>(i))));
}

TEST_CASE("experiments: a cell's sums are those of a run, and read back to the bit") {
  const SweepFolder folder;
  const Plan plan = plan_of(1, 1300);
  const agents::Stage stage = stage_of(0);
  const CellSums sums = live_cell(plan, 0, stage, with_threads(2));
  RunSettings s;
  s.replicates = 1300;
  const Tally tally = run(stage, s);
  for (std::size_t m = 0; m < measures; ++m) {
    CHECK(sums.measure_sum[m] == tally.sum({0}, static_cast<Measure>(m)));
    CHECK(sums.measure_squares[m] == tally.sum_of_squares({0}, static_cast<Measure>(m)));
    double of_batches = 0;
    for (std::size_t b = 0; b < batches; ++b) of_batches += sums.batch_sum[b * measures + m];
    CHECK(of_batches == doctest::Approx(sums.measure_sum[m]));
  }
  CHECK(sums.batch_replicates[2] == 276);
  write_whole(cell_path(folder.path(), 0), cell_image(sums, {0, plan.fingerprints[0], ""}));
  const FoundCell found = find_cell(folder.path(), plan, 0);
  CHECK(found.state == CellState::done);
  CHECK(found.sums == sums);
}

TEST_CASE("experiments: stopped anywhere, gone on with, in pieces or with other threads: the same file") {
  const Plan plan = plan_of(4, 1024 + 100);
  std::vector<std::byte> want;
  {
    const SweepFolder folder;
    CHECK(live_cells(plan, folder.path(), all_tasks(folder.path(), plan), stage_of, with_threads(1)) == 4);
    want = merged(folder.path(), plan).image;
  }
  for (const std::int64_t after : {0, 600, 2500}) {
    const SweepFolder folder;
    int stops = 0;
    for (;; ++stops) {
      REQUIRE(stops < 100);
      std::atomic<bool> stop{false};
      SweepSettings s = with_threads(3);
      s.stop = &stop;
      s.on_progress = [&](std::int64_t done, std::int64_t) { stop = done > after; };
      live_cells(plan, folder.path(), all_tasks(folder.path(), plan), stage_of, s);
      if (all_tasks(folder.path(), plan).empty()) break;
    }
    CHECK(stops >= 1);
    CHECK(merged(folder.path(), plan).image == want);
    CHECK(merged(folder.path(), plan).image == want);
  }
  {  // fewer first, then more
    const SweepFolder folder;
    for (const std::int64_t n : {100, 512, 1124}) {
      Plan part = plan;
      part.goal.replicates = n;
      live_cells(part, folder.path(), all_tasks(folder.path(), part), stage_of, with_threads(2));
      const FoundCell found = find_cell(folder.path(), plan, 0);  // all that was lived is there to be merged
      CHECK(found.sums.replicates == n);
      CHECK(merged(folder.path(), plan).cells == 4);
    }
    CHECK(merged(folder.path(), plan).image == want);
  }
  {  // checkpoints all the time
    const SweepFolder folder;
    SweepSettings s = with_threads(2);
    s.checkpoint_seconds = 0;
    live_cells(plan, folder.path(), all_tasks(folder.path(), plan), stage_of, s);
    CHECK(merged(folder.path(), plan).image == want);
  }
}

TEST_CASE("experiments: a cell with a target stops at a look, the same whatever the threads and interruptions") {
  Plan plan = plan_of(3, 20000);
  plan.goal.outcome = "visits", plan.goal.leader = "leader", plan.goal.standard_error = 0.03;
  std::vector<std::byte> want;
  for (const int n : {1, 4}) {
    const SweepFolder folder;
    live_cells(plan, folder.path(), all_tasks(folder.path(), plan), stage_of, with_threads(n));
    if (want.empty()) want = merged(folder.path(), plan).image;
    CHECK(merged(folder.path(), plan).image == want);
    for (std::size_t cell = 0; cell < 3; ++cell) {
      const FoundCell found = find_cell(folder.path(), plan, cell);
      CHECK(found.state == CellState::done);
      const std::int64_t lived = found.sums.replicates;
      CHECK((lived == 20000 || (lived >= 1024 && (lived & (lived - 1)) == 0)));
      if (lived < 20000)
        CHECK(estimate(lived, found.sums.measure_sum[0], found.sums.measure_squares[0]).standard_error <= 0.03);
    }
  }
  const SweepFolder folder;
  for (int stops = 0; !all_tasks(folder.path(), plan).empty(); ++stops) {
    REQUIRE(stops < 200);
    std::atomic<bool> stop{false};
    SweepSettings s = with_threads(2);
    s.stop = &stop;
    s.on_progress = [&](std::int64_t done, std::int64_t) { stop = done > 1500; };
    live_cells(plan, folder.path(), all_tasks(folder.path(), plan), stage_of, s);
  }
  CHECK(merged(folder.path(), plan).image == want);
}

TEST_CASE("experiments: a damaged, foreign or swapped cell is not taken for one that is done") {
  const SweepFolder folder;
  const Plan plan = plan_of(3, 600);
  live_cells(plan, folder.path(), all_tasks(folder.path(), plan), stage_of, with_threads(1));
  const fs::path file = cell_path(folder.path(), 1);
  const std::vector<std::byte> good = read_whole(file);
  const auto state = [&] { return find_cell(folder.path(), plan, 1).state; };
  CHECK(state() == CellState::done);
  for (std::size_t at = 0; at < good.size(); at += 61) {  // one bit of every 61st byte
    std::vector<std::byte> bad = good;
    bad[at] ^= static_cast<std::byte>(1 << (at % 8));
    write_whole(file, bad);
    if (state() != CellState::damaged) FAIL("a flipped bit at byte " << at << " went unseen");
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, good.size() / 2, good.size() - 1}) {
    write_whole(file, std::span(good).first(size));
    CHECK(state() == CellState::damaged);
  }
  fs::copy_file(cell_path(folder.path(), 2), file, fs::copy_options::overwrite_existing);
  CHECK(state() == CellState::foreign);
  // Even where nothing but the number, or the target, tells them apart.
  const CellSums sums = find_cell(folder.path(), plan, 2).sums;
  write_whole(file, cell_image(sums, {2, plan.fingerprints[1], ""}));
  CHECK(state() == CellState::foreign);
  write_whole(file, cell_image(sums, {1, plan.fingerprints[1], "another target"}));
  CHECK(state() == CellState::foreign);
  write_whole(file, cell_image(sums, {1, plan.fingerprints[1], ""}));
  CHECK(state() == CellState::done);
  Plan other = plan;
  other.fingerprints[1] = "of another world";
  write_whole(file, good);
  CHECK(find_cell(folder.path(), other, 1).state == CellState::foreign);
  fs::remove(file);
  CHECK(state() == CellState::missing);
  fs::create_directory(file);
  CHECK(state() == CellState::damaged);
}

TEST_CASE("experiments: a cell that cannot be read is neither missing nor damaged") {
  const SweepFolder folder;
  const Plan plan = plan_of(2, 600);
  live_cells(plan, folder.path(), all_tasks(folder.path(), plan), stage_of, with_threads(1));
  rlimit files{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &files) == 0);
  const rlimit none{0, files.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  bool refused = false;
  try {
    find_cell(folder.path(), plan, 1);
  } catch (const std::system_error&) {  // by hand: without files a sanitizer cannot look at what doctest would print
    refused = true;
  }
  REQUIRE(setrlimit(RLIMIT_NOFILE, &files) == 0);
  CHECK(refused);
  CHECK(find_cell(folder.path(), plan, 1).state == CellState::done);
  fs::remove(cell_path(folder.path(), 0));
  fs::create_symlink("nowhere", cell_path(folder.path(), 0));
  CHECK(find_cell(folder.path(), plan, 0).state == CellState::damaged);
}

TEST_CASE("experiments: one process at a time, or pieces side by side") {
  const SweepFolder folder;
  {
    const FolderLock whole(folder.path(), {});
    CHECK(FolderLock::is_held(folder.path()));
    CHECK_THROWS_AS(FolderLock(folder.path(), {}), FolderBusy);
    CHECK_THROWS_AS(FolderLock(folder.path(), {0, 2, ""}), FolderBusy);
  }
  CHECK_FALSE(FolderLock::is_held(folder.path()));
  const FolderLock one(folder.path(), {0, 2, ""}), two(folder.path(), {1, 2, ""});
  CHECK_THROWS_AS(FolderLock(folder.path(), {1, 2, ""}), FolderBusy);
  CHECK_THROWS_AS(FolderLock(folder.path(), {}), FolderBusy);
}
