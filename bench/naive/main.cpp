// Writes what the naive peer makes of a scenario as the program's table of trips, for tests/support/compare_trips.py.
#include <cstdio>
#include <exception>
#include <fstream>

#include "bench/naive/model.hpp"
#include "scenarios/load.hpp"
#include "sim/output/export.hpp"

int main(int argc, char** argv) try {
  if (argc < 5) {
    std::fprintf(stderr, "usage: naive_trips SCENARIO REPLICATES SEED TRIPS.csv [KEY=VALUE...]\n");
    return 64;
  }
  const std::filesystem::path house = SAFECONDUCT_SCENARIOS_DIR;
  const std::vector<std::string> sets(argv + 5, argv + argc);
  const agents::World world = scenarios::load(argv[1], {house / "world", house / "cases"}, sets).world;
  naive::Setting setting(world);
  sim::TripTable trips;
  const std::uint64_t seed = std::stoull(argv[3]);
  for (std::uint32_t r = 0, n = static_cast<std::uint32_t>(std::stoul(argv[2])); r < n; ++r)
    for (const agents::Decision& d : naive::Simulation(setting, seed, r).live().decisions) trips.add({r, d});
  std::ofstream out(argv[4], std::ios::binary);
  sim::export_trips_header(out);
  sim::export_trips(out, agents::Stage(world), trips);
  return out.flush() ? 0 : 74;
} catch (const std::exception& e) {
  std::fprintf(stderr, "naive_trips: %s\n", e.what());
  return 1;
}
