#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "sim/run/run.hpp"
#include "tests/support/worlds.hpp"

using namespace sim;

TEST_CASE("run: along the ridge kap_arrest and every Lambda move together, each leader weighed in turn") {
  agents::World world = support::lively_world(4, 30);
  support::add_leader(world, "other");
  world.leaders[0].Lambda = 20, world.leaders[1].Lambda = 50;
  world.events.front().leaders.push_back(agents::leader_id(1));
  world.parameters.kap_arrest = 4;
  RunSettings settings;
  settings.replicates = 300;
  const std::vector<RidgePoint> points = ridge(world, settings);
  REQUIRE(points.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    CAPTURE(i);
    const double step = ridge_steps[i];
    agents::World moved = world;
    CHECK(points[i].kap_arrest == 4 + step);
    moved.parameters.kap_arrest = points[i].kap_arrest;
    for (std::uint16_t l = 0; l < 2; ++l) {
      CHECK(points[i].Lambda[l] == doctest::Approx(world.leaders[l].Lambda * std::exp(step)));
      moved.leaders[l].Lambda = points[i].Lambda[l];
    }
    const agents::Stage stage(moved);
    for (std::uint16_t l = 0; l < 2; ++l) {
      CAPTURE(l);
      RunSettings weighed = settings;
      weighed.manner.weighed = agents::LeaderId{l};
      const Tally tally = run(stage, weighed);
      CHECK(points[i].p_arrest[l].mean == tally.estimate({l}, Measure::arrests).mean);
      CHECK(points[i].visits[l].mean == tally.estimate({l}, Measure::visits).mean);
      CHECK(points[i].member_visits[l].mean == tally.estimate({l}, Measure::member_visits).mean);
    }
  }
  const std::atomic<bool> stop{true};
  settings.stop = &stop;
  CHECK(ridge(world, settings).empty());
}

TEST_CASE("run: a tenth of the replicates for a point of the ridge, within bounds") {
  CHECK(ridge_replicates(300) == 300);
  CHECK(ridge_replicates(5000) == 1000);
  CHECK(ridge_replicates(50'000) == 5000);
  CHECK(ridge_replicates(1'000'000) == 20'000);
}

TEST_CASE("run: threads as asked, else as Slurm gives them, else as many as there are processors") {
  const char* before = std::getenv("SLURM_CPUS_PER_TASK");
  const std::string kept = before ? before : "";
  ::unsetenv("SLURM_CPUS_PER_TASK");
  const int processors = thread_count(0);
  CHECK(processors >= 1);
  CHECK(thread_count(3) == 3);
  const std::string given = std::to_string(processors + 5);
  ::setenv("SLURM_CPUS_PER_TASK", given.c_str(), 1);
  CHECK(thread_count(0) == processors + 5);
  CHECK(thread_count(3) == 3);
  for (const std::string& rubbish : {given + "x", std::string("0"), std::string("-2"), std::string()}) {
    ::setenv("SLURM_CPUS_PER_TASK", rubbish.c_str(), 1);
    CHECK(thread_count(0) == processors);
  }
  before ? ::setenv("SLURM_CPUS_PER_TASK", kept.c_str(), 1) : ::unsetenv("SLURM_CPUS_PER_TASK");
}
