#include <doctest/doctest.h>

#include <filesystem>

#include "scenarios/airspace.hpp"
#include "scenarios/routes.hpp"
#include "tests/scenarios/shipped.hpp"

using namespace scenarios;

namespace {

std::string owner(double lat, double lon) {
  static const Mesh mesh(Airspace::rows, Airspace::columns);
  const auto at = airspace().owner[mesh.cell_of({lat, lon})];
  return at == Airspace::nobody ? "" : airspace().states[static_cast<std::size_t>(at)];
}

}  // namespace

TEST_CASE("airspace: the grid knows whose land lies below") {
  CHECK(owner(55.75, 37.6) == "RUS");
  CHECK(owner(48.0, 67.0) == "KAZ");
  CHECK(owner(0, -30) == "");
  CHECK(owner(-85, 0) == "");         // Antarctica answers to nobody
  CHECK(owner(72, -40) == "DNK");     // Greenland
  CHECK(owner(45.2, 34.2) == "UKR");  // Crimea
  CHECK(owner(31.767, 35.233) == "ISR");
  CHECK(owner(90, 180) == "");
  CHECK(owner(-90, -180) == "");
  CHECK(owner(66.2, 179.75) == owner(66.2, -180.25));  // round the antimeridian
}
