// What a sweep costs over a plain run, as whole processes on all cores: loading, planning, a file a cell, merging. Air
// routes are in the cache, as the check of the results has left them. The histories that `run` lives for its arrest
// ridge are counted too, so that the comparison is in histories.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>

#include "bench/harness.hpp"
#include "sim/run/run.hpp"

extern char** environ;

namespace {

namespace fs = std::filesystem;

/// Runs the program to its end, its words thrown away. Whether it left with 0.
bool program(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), SAFECONDUCT_PROGRAM);
  std::vector<char*> argv;
  for (std::string& a : arguments) argv.push_back(a.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  for (const int fd : {1, 2}) posix_spawn_file_actions_addopen(&quiet, fd, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  int status = 1;
  if (posix_spawn(&child, argv[0], &quiet, nullptr, argv.data(), environ) == 0) waitpid(child, &status, 0);
  posix_spawn_file_actions_destroy(&quiet);
  return status == 0;
}

/// A design over the weight of judicial independence in the default case.
fs::path design(const fs::path& folder, int cells) {
  const fs::path file = folder / ("of_" + std::to_string(cells) + ".toml");
  std::ofstream(file) << "extends = \"dushanbe_2025.toml\"\n[sweep]\ndesign = \"list\"\n[[sweep.factors]]\n"
                      << "key = \"parameters.th_J\"\nlow = 0.5\nhigh = 2.0\nsteps = " << cells << "\n";
  return file;
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Options options(argc, argv);
  const fs::path folder = fs::temp_directory_path() / ("safeconduct_bench_" + std::to_string(getpid()));
  fs::create_directories(folder);

  const auto run = [&](std::int64_t replicates) {
    return program({"run", "dushanbe_2025", "--replicates", std::to_string(replicates), "--out", folder / "run.h5"});
  };
  const auto sweep = [&](int cells, std::int64_t replicates) {
    const fs::path out = folder / "sweep";
    fs::remove_all(out);
    return program({"sweep", design(folder, cells), "--replicates", std::to_string(replicates), "--out", out});
  };
  const auto verified = [&](int cells) {
    return sweep(cells, 1000) && program({"verify", folder / "sweep" / "results.h5"});
  };
  constexpr std::int64_t n = 1'000'000;
  const double lived = static_cast<double>(n + 5 * sim::ridge_replicates(n));
  std::vector<bench::Piece> pieces;
  pieces.push_back({"run", lived, [&] { return run(1000); }, [&] { run(n); }});
  for (const auto& [cells, replicates] : {std::pair{10, 100'000}, {100, 10'000}}) {
    const std::string name = "sweep, " + std::to_string(replicates) + " histories a cell";
    pieces.push_back({name, double{n}, [&verified, c = cells] { return verified(c); },
                      [&sweep, c = cells, r = replicates] { sweep(c, r); }});
  }
  const bench::Table table = bench::compare("sweeps, dushanbe_2025", "a second", pieces, 0, options);
  fs::remove_all(folder);
  return table.verified ? 0 : 1;
}
