// How fast the scalar oracle lives histories of the default scenario, and what counting and a second thread add.
#include <cmath>

#include "agents/life.hpp"
#include "bench/harness.hpp"
#include "scenarios/load.hpp"
#include "sim/rng/philox.hpp"
#include "sim/run/run.hpp"

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 9;
  const std::filesystem::path house = SAFECONDUCT_SCENARIOS_DIR;
  const scenarios::Scenario scenario = scenarios::load("dushanbe_2025", {house / "world", house / "cases"});
  const agents::Stage stage(scenario.world);
  constexpr std::int64_t n = 4096;
  sim::RunSettings settings;
  settings.seed = scenario.run.seed;
  settings.replicates = n;
  const sim::Tally expected = sim::run(stage, settings);

  agents::Life life(stage);
  const auto live_all = [&] {
    double visits = 0;
    for (std::uint32_t r = 0; r < n; ++r) {
      sim::PhiloxLuck luck(settings.seed, r);
      for (const agents::Decision& d : life.live(luck).decisions) visits += agents::is_visit(d.outcome);
    }
    return visits / n;
  };
  const auto run_on = [&](int threads) {
    sim::RunSettings s = settings;
    s.threads = threads;
    return sim::run(stage, s).estimate({0}, sim::Measure::visits).mean;
  };
  const double visits = expected.estimate({0}, sim::Measure::visits).mean;
  const auto right = [visits](double x) { return std::abs(x - visits) < 1e-9; };
  return bench::compare("oracle, dushanbe_2025", "histories/s",
                        {{"one thread, counted", n, [&] { return right(run_on(1)); }, [&] { run_on(1); }},
                         {"one thread, lived only", n, [&] { return right(live_all()); }, [&] { live_all(); }},
                         {"two threads, counted", n, [&] { return right(run_on(2)); }, [&] { run_on(2); }}},
                        rounds);
}
