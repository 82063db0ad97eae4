// What flights cost: the kernel in a world with its flights and without, and the tables of routes they come from.
#include <algorithm>
#include <filesystem>

#include "agents/stage.hpp"
#include "bench/harness.hpp"
#include "scenarios/airspace.hpp"
#include "scenarios/flights.hpp"
#include "scenarios/load.hpp"
#include "sim/batch/batch.hpp"

namespace {

/// A world, ready to be lived.
struct Lived {
  agents::Stage stage;
  sim::BatchStage batch;
  sim::BatchLife block;
  explicit Lived(const agents::World& world) : stage(world), batch(stage), block(batch, sim::best_kernel()) {}
};

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options(argc, argv);
  const std::filesystem::path house = SAFECONDUCT_SCENARIOS_DIR;
  const scenarios::Scenario scenario = scenarios::load("dushanbe_2025", {house / "world", house / "cases"});
  const agents::World& world = scenario.world;

  // Tables: every host of the default case, in its first week, planned from nothing.
  const scenarios::Airspace airspace = scenarios::read_airspace(house / "world");
  const scenarios::Capital home{world.leaders[0].home, {world.leaders[0].lat, world.leaders[0].lon}};
  std::vector<scenarios::Capital> hosts;
  for (const agents::Host& h : world.hosts)
    if (h.name != home.code) hosts.push_back({h.name, {h.lat, h.lon}});
  const std::vector<std::string> refuse = scenarios::refusing(scenario.overflight[0], 0);
  std::vector<std::string> avoid = scenarios::avoided(world, {0}, 0);
  avoid.insert(avoid.end(), refuse.begin(), refuse.end());
  const auto planned = [&](const std::vector<std::string>& closed) {
    scenarios::Planner planner(airspace);
    const auto legs = planner.plan(home, hosts, closed);
    return static_cast<std::size_t>(std::count_if(legs.begin(), legs.end(), [](const auto* leg) { return leg; }));
  };
  const auto table = [&](const char* name, const std::vector<std::string>& closed) {
    return bench::Piece{name, static_cast<double>(hosts.size()), [&] { return planned(closed) > hosts.size() / 2; },
                        [&] { planned(closed); }};
  };
  const std::vector<std::string> nobody;
  const bench::Table tables = bench::compare(
      "tables of routes, Moscow to every host", "routes/s",
      {table("great circles", nobody), table("round refusals", refuse), table("round whom to avoid", avoid)}, 0,
      options);

  // The kernel.
  constexpr int n = 4096;
  agents::World unflown = world;
  unflown.flights.clear();
  Lived with(world), without(unflown);
  const auto piece = [&](const char* name, Lived& lived) {
    const auto live = [&lived, seed = scenario.run.seed] {
      for (int first = 0; first < n; first += sim::block_replicates)
        lived.block.live(seed, static_cast<std::uint32_t>(first), sim::block_replicates);
    };
    const auto lives = [&lived, live] { return live(), *lived.block.block().made > 0; };
    return bench::Piece{name, n, lives, live};
  };
  const bench::Table kernel = bench::compare(
      "kernel", "histories/s", {piece("without flights", without), piece("with flights", with)}, 0, options);
  return tables.verified && kernel.verified ? 0 : 1;
}
