// What the program's speed is worth: the naive C++ peer (bench/naive), the oracle and the program side by side on the
// default scenario, on one thread; then the Python peer (bench/peers/objects.py), start-up and loading taken off: all
// hosts made and stepped each week, as an agent framework does it, and once more with only the hosts that a leader met.
#include <cmath>
#include <fstream>
#include <string>

#include "agents/life.hpp"
#include "bench/harness.hpp"
#include "bench/naive/model.hpp"
#include "scenarios/load.hpp"
#include "scenarios/tables.hpp"
#include "sim/rng/philox.hpp"
#include "sim/run/run.hpp"

namespace {

/// Sums over replicates and their squares: all visits, visits under duty.
struct Visits {
  double n = 0, all = 0, duty = 0, all_squared = 0, duty_squared = 0;
  void add(const std::vector<agents::Decision>& decisions) {
    double here = 0, under_duty = 0;
    for (const agents::Decision& d : decisions)
      if (agents::is_visit(d.outcome)) here += 1, under_duty += d.duty;
    ++n, all += here, duty += under_duty, all_squared += here * here, duty_squared += under_duty * under_duty;
  }
};

bool close(double n, double a, double a_squared, double m, double b, double b_squared) {
  const double spread = (a_squared / n - a / n * a / n) / n + (b_squared / m - b / m * b / m) / m;
  return std::abs(a / n - b / m) <= 5 * std::sqrt(spread);
}

bool agree(const Visits& a, const Visits& b) {
  std::printf("  visits %.3f and %.3f, under duty %.3f and %.3f\n", a.all / a.n, b.all / b.n, a.duty / a.n,
              b.duty / b.n);
  return close(a.n, a.all, a.all_squared, b.n, b.all, b.all_squared) &&
         close(a.n, a.duty, a.duty_squared, b.n, b.duty, b.duty_squared);
}

/// 0 also where there is no Python; 1 if its visits are not the oracle's.
int compare_with_python(const scenarios::Scenario& scenario, const Visits& expected,
                        const std::function<void()>& kernel, double lived, const bench::Options& options) {
  constexpr int n = 300;
  if (std::system("python3 -c '' 2>/dev/null") != 0) {
    std::printf("Python peers: not timed, there is no python3 here\n");
    return 0;
  }
  std::string folder = (std::filesystem::temp_directory_path() / "safeconduct_peers_XXXXXX").string();
  if (!mkdtemp(folder.data())) {
    std::fprintf(stderr, "Python peers: cannot make %s\n", folder.c_str());
    return 1;
  }
  for (const auto& [name, text] : scenarios::export_tables(scenario))
    std::ofstream(std::filesystem::path(folder) / name, std::ios::binary) << text;
  bool ran = true;
  const auto live = [&](const std::string& style, int replicates) {
    const std::string command = "python3 '" SAFECONDUCT_SCENARIOS_DIR "/../bench/peers/objects.py' '" + folder +
                                "' --seed 1 --out '" + folder + "/trips.csv' 2>/dev/null " + style + " --replicates ";
    ran = std::system((command + std::to_string(replicates)).c_str()) == 0 && ran;
  };
  const auto visits = [&] {
    std::vector<std::vector<agents::Decision>> histories(n);
    std::ifstream trips(folder + "/trips.csv");
    std::string line;
    for (std::getline(trips, line); std::getline(trips, line);)
      if (line.find(",visited,") != std::string::npos || line.find(",cut short,") != std::string::npos)
        histories.at(std::stoul(line)).emplace_back().outcome = agents::Outcome::visited;
    Visits found;
    for (const auto& history : histories) found.add(history);
    return found;
  };
  const std::vector<std::string> styles = {"--everybody", ""},
                                 names = {"Python objects, every host stepped", "Python objects, hosts as they are met",
                                          "best kernel, lived"};
  std::vector<std::vector<double>> rates(names.size());
  bool right = true;
  for (int round = 0; round < std::min(options.rounds, 3) && ran && right; ++round) {
    const double loading = bench::seconds([&] { live("", 0); });
    for (std::size_t i = 0; i < styles.size(); ++i) {
      rates[i].push_back(n / (bench::seconds([&] { live(styles[i], n); }) - loading));
      const Visits found = visits();
      right = right && close(found.n, found.all, found.all_squared, expected.n, expected.all, expected.all_squared);
    }
    rates.back().push_back(lived / bench::seconds(kernel));
  }
  std::filesystem::remove_all(folder);
  if (!ran || !right) {
    std::fprintf(stderr, "Python peers: %s\n", ran ? "wrong result" : "did not run");
    return 1;
  }
  bench::tabulate("Python peers, one thread, loading taken off", "histories/s", names, rates, 0, options);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options(argc, argv);
  const std::filesystem::path house = SAFECONDUCT_SCENARIOS_DIR;
  const scenarios::Scenario scenario = scenarios::load("dushanbe_2025", {house / "world", house / "cases"});
  const agents::Stage stage(scenario.world);
  naive::Setting setting(scenario.world);
  const std::uint64_t seed = scenario.run.seed;
  constexpr std::uint32_t n = 4096, n_naive = 1024;

  agents::Life life(stage);
  const auto live_oracle = [&] {
    Visits v;
    for (std::uint32_t r = 0; r < n; ++r) {
      sim::PhiloxLuck luck(seed, r);
      v.add(life.live(luck).decisions);
    }
    return v;
  };
  const auto live_naive = [&](std::uint32_t replicates) {
    Visits v;
    for (std::uint32_t r = 0; r < replicates; ++r) v.add(naive::Simulation(setting, seed, r).live().decisions);
    return v;
  };
  const auto run = [&] {
    sim::RunSettings s;
    s.seed = seed;
    s.replicates = n;
    return sim::run(stage, s).estimate({0}, sim::Measure::visits).mean;
  };
  const sim::BatchStage batch(stage);
  sim::BatchLife blocks(batch, sim::best_kernel());
  const auto live_kernel = [&] {
    for (std::uint32_t first = 0; first < n; first += sim::block_replicates)
      blocks.live(seed, first, sim::block_replicates, false);
  };
  const Visits expected = live_oracle();
  const bench::Table table = bench::compare(
      "peers, dushanbe_2025, one thread", "histories/s",
      {{"naive C++, lived", n_naive, [&] { return agree(live_naive(n), expected); }, [&] { live_naive(n_naive); }},
       {"oracle, lived", n, [] { return true; }, [&] { live_oracle(); }},
       {"program, counted", n, [&] { return std::abs(run() - expected.all / expected.n) < 1e-9; }, [&] { run(); }},
       {"best kernel, lived", n, [] { return true; }, [&] { live_kernel(); }}},
      0, options);
  if (!table.verified) return 1;
  return compare_with_python(
      scenario, expected, [&] { live_kernel(); }, n, options);
}
