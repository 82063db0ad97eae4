// The kernel against the oracle on the shipped cases, bit for bit.
#include <filesystem>

#include "scenarios/load.hpp"
#include "tests/support/same_histories.hpp"

TEST_CASE("kernel: every shipped case is told as the oracle tells it, by every kernel") {
  const std::filesystem::path house = SAFECONDUCT_SCENARIOS_DIR;
  scenarios::Loader loader({house / "world", house / "cases"});  // plans flights that cases share once
  int cases = 0;
  for (const auto& file : std::filesystem::directory_iterator(house / "cases")) {
    if (file.path().extension() != ".toml") continue;
    CAPTURE(file.path().string());
    const scenarios::Scenario scenario = loader.load(file.path());
    support::check_all_kernels(agents::Stage(scenario.world), 192);
    ++cases;
  }
  CHECK(cases > 5);
}
