// No text makes the loader crash, hang or throw anything but ScenarioError; what loads prints to a scenario that loads
// again. Flights are not planned: that takes seconds for a world of its own, and has its own random worlds
// (test_routes.cpp). Needs clang: -fsanitize=fuzzer,address,undefined -fno-sanitize=unreachable (the TOML library
// reaches an "unreachable" on some characters and reads them rightly all the same).
#include <cstdlib>

#include "scenarios/load.hpp"
#include "scenarios/print.hpp"
#include "scenarios/tables.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const char* source = std::getenv("SAFECONDUCT_SOURCE");
  static const std::filesystem::path house = source ? source : ".";
  static scenarios::Loader loader(
      {.world = house / "scenarios/world", .cases = house / "scenarios/cases", .plan_flights = false});
  scenarios::Scenario scenario;
  try {
    scenario = loader.load_text({reinterpret_cast<const char*>(data), size}, "fuzz.toml");
  } catch (const scenarios::ScenarioError&) {
    return 0;
  }
  const std::string again = scenarios::resolved(loader.load_text(scenarios::resolved(scenario), "fuzz.toml"));
  if (again.empty()) std::abort();
  return 0;
}
