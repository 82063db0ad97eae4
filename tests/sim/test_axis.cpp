// Parameters on the scale of their priors.
#include <doctest/doctest.h>

#include <algorithm>

#include "sim/inference/axis.hpp"
#include "sim/inference/prior.hpp"

using namespace sim;

TEST_CASE("axis: standard normals become draws from the prior, cut to the legal range") {
  for (const char* symbol : {"rec_duty", "b_0", "rec_lapse", "th_a", "Lambda"}) {
    CAPTURE(symbol);
    const agents::Parameter& row = *agents::find_parameter(symbol);
    const Axis axis(row);
    Philox stream(1);
    std::vector<double> draws;  // by rejection
    for (int i = 0; i < 40000; ++i) draws.push_back(draw(row, stream));
    std::sort(draws.begin(), draws.end());
    const auto below = [&](double x) {
      return static_cast<double>(std::lower_bound(draws.begin(), draws.end(), x) - draws.begin()) / 40000.0;
    };
    CHECK(below(axis.value(-1.6448536)) == doctest::Approx(0.05).epsilon(0.1).scale(0));
    CHECK(below(axis.value(0)) == doctest::Approx(0.5).epsilon(0.02).scale(0));
    CHECK(below(axis.value(1.6448536)) == doctest::Approx(0.95).epsilon(0.005));
    for (const double z : {-40.0, -9.0, 9.0, 40.0}) {
      CHECK(axis.value(z) >= row.low);
      CHECK(axis.value(z) <= row.high);
    }
  }
}
