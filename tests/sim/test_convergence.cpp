// R-hat over draws whose agreement is known.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/inference/convergence.hpp"
#include "sim/inference/prior.hpp"

using namespace sim;

namespace {

/// Chains of n normal draws each.
struct Draws {
  std::vector<double> x, weight;
  std::vector<int> chain;
  void add(int n, double mean, double sd, std::uint64_t seed) {
    Philox stream(seed);
    const int c = chain.empty() ? 0 : chain.back() + 1;
    for (int i = 0; i < n; ++i) {
      x.push_back(mean + sd * standard_normal(stream));
      weight.push_back(1);
      chain.push_back(c);
    }
  }
  Convergence look() const { return convergence(x, weight, chain); }
};

Draws four(int n, double shift = 0, double stretch = 1) {
  Draws d;
  for (int c = 0; c < 4; ++c) d.add(n, c == 0 ? shift : 0, c == 0 ? stretch : 1, 100 + static_cast<std::uint64_t>(c));
  return d;
}

}  // namespace

TEST_CASE("convergence: independent draws of one distribution agree") {
  CHECK(four(1000).look().r_hat < 1.01);
  CHECK(four(1000).look().ess > 400);
  CHECK(four(1000).look().ess <= 4000);
}

TEST_CASE("convergence: a chain elsewhere is told, and the draws are worth few") {
  // Means 1, 0, 0, 0: a variance of 1/4 between them beside 1 within
  CHECK(four(4000, 1).look().r_hat == doctest::Approx(std::sqrt(1 + 1.0 / 4)).epsilon(0.03));
  CHECK(four(4000, 1).look().ess < 30);
  CHECK(four(100, 1).look().r_hat > disagreement);
}

TEST_CASE("convergence: so is a chain whose mean is right and spread is not") {
  CHECK(four(1000, 0, 3).look().r_hat > disagreement);
}

TEST_CASE("convergence: and one that moves: its halves differ") {
  Draws d = four(400);
  for (int i = 0; i < 400; ++i) d.x[static_cast<std::size_t>(i)] += i < 200 ? -1 : 1;
  CHECK(d.look().r_hat > disagreement);
}

TEST_CASE("convergence: monotone transformations change nothing") {
  Draws d = four(50, 0.4);
  const double before = d.look().r_hat;
  const double ess = d.look().ess;
  for (double& x : d.x) x = std::exp(5 * x);
  CHECK(d.look().r_hat == doctest::Approx(before).epsilon(0.01));  // but for the fold at the median
  CHECK(d.look().ess == ess);
}

TEST_CASE("convergence: few draws are told by hand, and no spread of means makes more of them than there are") {
  // Halves {1,1,1,0}, {1,1,0,1} and {0,0,0,1}, {0,0,1,0}: scores -s and s. Means s/2, s/2, -s/2, -s/2 have variance
  // s^2/3; a half has the variance s^2, or 3/4 s^2 about its own mean.
  Draws d;
  d.x = {1, 1, 1, 0, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0};
  d.weight.assign(16, 1);
  d.chain = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1};
  CHECK(d.look().r_hat == doctest::Approx(std::sqrt(0.75 + 1.0 / 3)));
  Draws alike;
  for (int c = 0; c < 4; ++c) alike.add(50, 0, 1, 7);
  CHECK(alike.look().ess == doctest::Approx(200));
}

TEST_CASE("convergence: a weight of two is the draw twice") {
  Draws d, twice;
  for (int c = 0; c < 4; ++c) d.add(60, 0.2 * c, 1, 200 + static_cast<std::uint64_t>(c));
  for (std::size_t i = 0; i < d.x.size(); ++i) {
    d.weight[i] = i % 2 ? 2 : 1;
    for (std::size_t k = 0; k <= i % 2; ++k) {
      twice.x.push_back(d.x[i]);
      twice.weight.push_back(1);
      twice.chain.push_back(d.chain[i]);
    }
  }
  CHECK(d.look().r_hat == doctest::Approx(twice.look().r_hat).epsilon(0.01));
}

TEST_CASE("convergence: luck alone stays under the line with a fit's numbers, and chains that stand still do not") {
  double most = 0;
  for (std::uint64_t parameter = 0; parameter < 50; ++parameter) {
    Draws d;
    for (std::uint64_t c = 0; c < 4; ++c) d.add(100, 0, 1, 1000 + 4 * parameter + c);
    most = std::max(most, d.look().r_hat);
  }
  CHECK(most < 1.03);
  CHECK(most > 1.01);  // why the line is not there
  Draws still;
  for (int c = 0; c < 4; ++c) still.add(10, c, 0, 1);
  CHECK(std::isinf(still.look().r_hat));
  Draws same;
  for (int c = 0; c < 4; ++c) same.add(10, 1, 0, 1);
  CHECK(same.look().r_hat == 1);
  Draws one;
  one.add(100, 0, 1, 5);
  CHECK(std::isnan(one.look().ess));
  CHECK(one.look().r_hat < disagreement);
}
