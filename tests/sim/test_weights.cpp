#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "sim/inference/cloud.hpp"
#include "sim/inference/prior.hpp"
#include "sim/inference/weights.hpp"

using namespace sim;
using doctest::Approx;

TEST_CASE("weights: logarithms become shares, alike where nothing was likely at all") {
  const std::vector<double> w = normalised({-1000, -1000 + std::log(3.0)});
  CHECK(w[0] == Approx(0.25));
  CHECK(w[1] == Approx(0.75));
  CHECK(effective(w) == Approx(1.6));
  constexpr double never = -std::numeric_limits<double>::infinity();
  CHECK(normalised({never, never}) == std::vector{0.5, 0.5});
}

TEST_CASE("cloud: two rounds of draws have the posterior's mean and variance") {
  // A likelihood normal about 2 with variance 1/4, on the first of two axes: a posterior about 1.6 with variance 1/5.
  Cloud cloud(2);
  Philox stream(9);
  for (const std::size_t n : {4000u, 16000u}) {
    const std::size_t from = cloud.size();
    cloud.open_round(n);
    for (std::size_t i = from; i < from + n; ++i) {
      const double z = cloud.draw(i, stream)[0];
      cloud.log_likelihood[i] = -2 * (z - 2) * (z - 2);
    }
  }
  const std::vector<double> w = normalised(cloud.log_weights());
  double mean = 0, square = 0, other = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    mean += w[i] * cloud.z()[i][0];
    square += w[i] * cloud.z()[i][0] * cloud.z()[i][0];
    other += w[i] * cloud.z()[i][1] * cloud.z()[i][1];
  }
  CHECK(std::abs(mean - 1.6) < 0.02);
  CHECK(square - mean * mean == Approx(0.2).epsilon(0.06));
  CHECK(other == Approx(1).epsilon(0.06));
}
