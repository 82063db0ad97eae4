// The kernel against the oracle on many histories of the default case, bit for bit.
#include <filesystem>

#include "scenarios/load.hpp"
#include "tests/support/same_histories.hpp"

TEST_CASE("kernel: a hundred thousand default histories are told as the oracle tells them, by every kernel") {
  const std::filesystem::path house = SAFECONDUCT_SCENARIOS_DIR;
  const scenarios::Scenario scenario = scenarios::load("dushanbe_2025", {house / "world", house / "cases"});
  support::check_all_kernels(agents::Stage(scenario.world), 100000);
}
