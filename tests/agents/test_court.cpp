#include <doctest/doctest.h>

#include <cmath>

#include "agents/court.hpp"

using namespace agents;

TEST_CASE("court: an order comes at a rate, for a week or for a stay") {
  CHECK(p_order(0.3f, 0.8f, 1.0f) == doctest::Approx(1 - std::exp(-0.24)).epsilon(1e-6));
  CHECK(p_order(0.3f, 0.8f, 3.0f / 7) == doctest::Approx(1 - std::exp(-0.24 * 3 / 7)).epsilon(1e-6));
  CHECK(p_order(0.3f, 0.0f, 1.0f) == 0);
  CHECK(p_order(0.0f, 0.8f, 1.0f) == 0);
}
