#include <doctest/doctest.h>

#include "agents/flight.hpp"

using namespace agents;

TEST_CASE("flight: great circles have the lengths that everybody knows") {
  CHECK(great_circle_km(0, 0, 0, 90) == doctest::Approx(earth_radius_km * math::pi / 2));
  CHECK(great_circle_km(90, 0, -90, 0) == doctest::Approx(earth_radius_km * math::pi));
  CHECK(great_circle_km(12, 34, 12, 34) == 0);
  CHECK(great_circle_km(0, 179.5, 0, -179.5) ==
        doctest::Approx(earth_radius_km * math::pi / 180));  // across the date line
  CHECK(great_circle_km(0, 10, 0, -170) == doctest::Approx(earth_radius_km * math::pi));
  CHECK(great_circle_km(55.75, 37.62, 47.92, 106.92) == doctest::Approx(4640).epsilon(0.005));  // Moscow, Ulaanbaatar
  CHECK(great_circle_km(55.75, 37.62, 47.92, 106.92) == great_circle_km(47.92, 106.92, 55.75, 37.62));
}
