// How fast histories of the default scenario are lived: the scalar oracle, the kernels by instruction set and width,
// and what counting and a second thread add.
#include <cmath>

#include "agents/life.hpp"
#include "bench/harness.hpp"
#include "scenarios/load.hpp"
#include "sim/batch/batch.hpp"
#include "sim/rng/philox.hpp"
#include "sim/run/run.hpp"

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 9;
  const std::filesystem::path house = SAFECONDUCT_SCENARIOS_DIR;
  const scenarios::Scenario scenario = scenarios::load("dushanbe_2025", {house / "world", house / "cases"});
  const agents::Stage stage(scenario.world);
  constexpr int n = 16384;
  const std::uint64_t seed = scenario.run.seed;

  const auto visits_in = [](const agents::Decision* decisions, std::size_t count) {
    return std::count_if(decisions, decisions + count, [](const auto& d) { return agents::is_visit(d.outcome); });
  };
  agents::Life life(stage);
  const auto oracle = [&] {
    std::ptrdiff_t visits = 0;
    for (std::uint32_t r = 0; r < n; ++r) {
      sim::PhiloxLuck luck(seed, r);
      const agents::History& history = life.live(luck);
      visits += visits_in(history.decisions.data(), history.decisions.size());
    }
    return visits;
  };
  const std::ptrdiff_t expected = oracle();

  const sim::BatchStage batch(stage);
  const auto kernel = [&](sim::BatchLife& block) {
    std::ptrdiff_t visits = 0;
    for (int first = 0; first < n; first += sim::block_replicates) {
      block.live(seed, static_cast<std::uint32_t>(first), sim::block_replicates);
      const sim::BlockView& b = block.block();
      for (int r = 0; r < sim::block_replicates; ++r)
        for (int row = 0; row < b.decided[r]; ++row) visits += agents::is_visit(block.decision(r, row).outcome);
    }
    return visits;
  };
  const auto counted = [&](int threads) {
    sim::RunSettings s;
    s.seed = seed;
    s.replicates = n;
    s.threads = threads;
    return std::llround(sim::run(stage, s).estimate({0}, sim::Measure::visits).mean * n);
  };

  std::vector<bench::Piece> pieces = {{"oracle", n, [&] { return oracle() == expected; }, [&] { oracle(); }}};
  std::vector<std::unique_ptr<sim::BatchLife>> blocks;
  for (const sim::Kernel& k : sim::kernels()) {
    if (k.isa > sim::best_isa()) continue;
    sim::BatchLife& block = *blocks.emplace_back(std::make_unique<sim::BatchLife>(batch, k));
    const std::string name = "kernel, " + std::string(sim::name(k.isa)) + ", " + std::to_string(k.width) + " wide";
    pieces.push_back({name, n, [&, expected] { return kernel(block) == expected; }, [&] { kernel(block); }});
  }
  for (const int threads : {1, 2})
    pieces.push_back({"best kernel, counted, " + std::to_string(threads) + (threads == 1 ? " thread" : " threads"), n,
                      [&, threads] { return counted(threads) == expected; }, [&, threads] { counted(threads); }});
  return bench::compare("dushanbe_2025", "histories/s", pieces, rounds);
}
