// Designs of experiments: their defining properties, and that the seed alone decides them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "sim/experiments/sampling.hpp"

using namespace sim;

namespace {

/// Points of a column in each of n equal intervals.
std::vector<int> in_each(const Points& p, std::size_t column, std::size_t n) {
  std::vector<int> count(n);
  for (std::size_t i = 0; i < p.rows(); ++i)
    ++count[std::min(n - 1, static_cast<std::size_t>(p.row(i)[column] * static_cast<double>(n)))];
  return count;
}

bool one_in_each(const Points& p, std::size_t column) {
  const std::vector<int> count = in_each(p, column, p.rows());
  return std::all_of(count.begin(), count.end(), [](int n) { return n == 1; });
}

}  // namespace

TEST_CASE("sampling: the same seed gives the same design, another seed another") {
  const auto all = [](std::uint64_t seed) {
    return std::vector{random_points(16, 3, seed).values, latin_hypercube(16, 3, seed).values,
                       sobol_points(16, 3, seed).values, morris_trajectories(16, 3, 4, seed).values,
                       saltelli(16, 3, false, seed).values};
  };
  CHECK(all(7) == all(7));
  const auto seven = all(7), eight = all(8);
  for (std::size_t i = 0; i < seven.size(); ++i) CHECK(seven[i] != eight[i]);
}

TEST_CASE("sampling: a longer random or Sobol design begins with the shorter one") {
  for (const auto design : {random_points, sobol_points}) {
    const Points few = design(10, 4, 3), many = design(25, 4, 3);
    CHECK(std::equal(few.values.begin(), few.values.end(), many.values.begin()));
  }
}

TEST_CASE("sampling: random points are uniform and their columns unrelated") {
  const std::size_t n = 20000;
  const Points p = random_points(n, 2, 11);
  double chi_square = 0;
  for (const int count : in_each(p, 0, 20)) chi_square += (count - 1000.0) * (count - 1000.0) / 1000.0;
  CHECK(chi_square < 52);  // 19 degrees of freedom: a false alarm in 10,000
  double correlation = 0;
  for (std::size_t i = 0; i < n; ++i) correlation += (p.row(i)[0] - 0.5) * (p.row(i)[1] - 0.5) * 12 / n;
  CHECK(std::abs(correlation) < 4 / std::sqrt(n));
}

TEST_CASE("sampling: a Latin hypercube has one point in each interval of each column; random points do not") {
  const Points p = latin_hypercube(37, 5, 2);
  for (std::size_t j = 0; j < 5; ++j) CHECK(one_in_each(p, j));
  CHECK_FALSE(one_in_each(random_points(37, 5, 2), 0));
}

TEST_CASE("sampling: 2^m Sobol points have one in each interval of each column, and spread over pairs of columns") {
  const Points p = sobol_points(256, 40, 5);
  for (std::size_t j = 0; j < 40; ++j) CHECK(one_in_each(p, j));
  std::vector<int> boxes(256);  // 16 x 16 over the first two columns: a (0, 8, 2)-net has one point in each
  for (std::size_t i = 0; i < p.rows(); ++i)
    ++boxes[static_cast<std::size_t>(p.row(i)[0] * 16) * 16 + static_cast<std::size_t>(p.row(i)[1] * 16)];
  CHECK(*std::max_element(boxes.begin(), boxes.end()) == 1);
  CHECK(*std::min_element(p.values.begin(), p.values.end()) > 0);
  CHECK(*std::max_element(p.values.begin(), p.values.end()) < 1);
}

TEST_CASE("sampling: one at a time moves one factor, through its levels") {
  const std::vector<double> base = {0.5, 0.2};
  const Points p = one_at_a_time(base, 3);
  CHECK(p.values == std::vector<double>{0.5, 0.2, 0, 0.2, 0.5, 0.2, 1, 0.2, 0.5, 0, 0.5, 0.5, 0.5, 1});
}

TEST_CASE("sampling: on a Morris trajectory each factor moves once, by the step, inside the cube") {
  const std::size_t k = 6, r = 50;
  const Points p = morris_trajectories(r, k, 4, 9);
  REQUIRE(p.rows() == r * (k + 1));
  std::set<std::size_t> first_moved;
  for (std::size_t t = 0; t < r; ++t) {
    std::vector<int> moves(k);
    for (std::size_t s = 1; s <= k; ++s)
      for (std::size_t j = 0; j < k; ++j) {
        const double by = p.row(t * (k + 1) + s)[j] - p.row(t * (k + 1) + s - 1)[j];
        if (by == 0) continue;
        ++moves[j];
        if (s == 1) first_moved.insert(j);
        CHECK(std::abs(by) == doctest::Approx(morris_step(4)));
      }
    CHECK(moves == std::vector<int>(k, 1));
  }
  CHECK(first_moved.size() == k);  // in random order
  for (std::size_t j = 0; j < k; ++j)
    for (const int count : in_each(p, j, 4)) CHECK(count > 0);  // every level of the grid is used
  CHECK(*std::max_element(p.values.begin(), p.values.end()) == 1);
  CHECK(*std::min_element(p.values.begin(), p.values.end()) == 0);
}

TEST_CASE("sampling: Saltelli's rows are A, A with a column of B, B with a column of A, B") {
  const std::size_t k = 3, n = 8;
  const Points pairs = sobol_points(n, 2 * k, 4), p = saltelli(n, k, true, 4), short_form = saltelli(n, k, false, 4);
  REQUIRE(p.rows() == n * (2 * k + 2));
  REQUIRE(short_form.rows() == n * (k + 2));
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t first = i * (2 * k + 2);
    for (std::size_t j = 0; j < k; ++j) {
      const double a = pairs.row(i)[j], b = pairs.row(i)[k + j];
      CHECK(p.row(first)[j] == a);
      CHECK(p.row(first + 2 * k + 1)[j] == b);
      for (std::size_t other = 0; other < k; ++other) {
        CHECK(p.row(first + 1 + other)[j] == (other == j ? b : a));
        CHECK(p.row(first + 1 + k + other)[j] == (other == j ? a : b));
        CHECK(short_form.row(i * (k + 2) + 1 + other)[j] == (other == j ? b : a));
      }
    }
  }
}

TEST_CASE("sampling: what is no design is refused") {
  CHECK_THROWS_AS(random_points(0, 3, 1), std::invalid_argument);
  CHECK_THROWS_AS(latin_hypercube(3, 0, 1), std::invalid_argument);
  CHECK_THROWS_AS(sobol_points(3, 4000, 1), std::invalid_argument);
  CHECK_THROWS_AS(morris_trajectories(3, 2, 5, 1), std::invalid_argument);
  CHECK_THROWS_AS(one_at_a_time(std::vector<double>{0.5}, 1), std::invalid_argument);
}

TEST_CASE("sampling: each point of a Latin hypercube lies anywhere in its interval") {
  const Points p = latin_hypercube(64, 2, 5);
  for (std::size_t column = 0; column < 2; ++column) {
    std::vector<double> inside;
    for (std::size_t i = 0; i < 64; ++i) inside.push_back(std::fmod(64 * p.row(i)[column], 1.0));
    std::sort(inside.begin(), inside.end());
    CHECK(inside.front() < 0.1);
    CHECK(inside.back() > 0.9);
    CHECK(std::abs(inside[32] - 0.5) < 0.25);
  }
}
