#include <doctest/doctest.h>

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "agents/arithmetic.hpp"
#include "tests/support/statistics.hpp"

using namespace agents;

namespace {

/// Distance in units of the last place of a float of the exact value's size.
double ulps(float found, double exact) {
  int exponent;
  std::frexp(exact, &exponent);
  return std::abs(static_cast<double>(found) - exact) / std::ldexp(1.0, std::max(exponent - 24, -149));
}

/// The largest error of f against g over every stride-th float of [low, high].
template <class F, class G>
double worst(F f, G g, float low, float high, std::uint64_t stride) {
  double most = 0;
  for (std::uint64_t bits = 0; bits < (1ull << 32); bits += stride) {
    const float x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (x >= low && x <= high) most = std::max(most, ulps(f(x), g(static_cast<double>(x))));
  }
  return most;
}

/// The same over every float between two positive ones.
template <class F, class G>
double worst_of_all(F f, G g, float low, float high) {
  double most = 0;
  for (float x = low; x <= high; x = std::nextafter(x, high + 1))
    most = std::max(most, ulps(f(x), g(static_cast<double>(x))));
  return most;
}

constexpr float least_normal = std::numeric_limits<float>::min(), greatest = std::numeric_limits<float>::max();

}  // namespace

TEST_CASE("arithmetic: the float functions keep the errors that their header states") {
  const auto exp = [](float x) { return agents::exp(x); };
  const auto log = [](float x) { return agents::log(x); };
  constexpr std::uint64_t stride = 1999;  // a prime: every exponent, and no pattern of last bits
  CHECK(worst(
            exp, [](double x) { return std::exp(x); }, -87, 87, stride) < 1);
  CHECK(worst_of_all(
            exp, [](double x) { return std::exp(x); }, 4, 5.6f) < 1);
  CHECK(worst(
            log, [](double x) { return std::log(x); }, least_normal, greatest, stride) < 4.5);
  CHECK(worst_of_all(
            log, [](double x) { return std::log(x); }, 0.9f, 0.98f) < 4.5);  // where it is at its worst
  const auto expm1 = [](float x) { return agents::expm1(x); };
  CHECK(worst(
            expm1, [](double x) { return std::expm1(x); }, -87, 87, stride) < 1.6);
  const auto log1p = [](float x) { return agents::log1p(x); };
  CHECK(worst(
            log1p, [](double x) { return std::log1p(x); }, -0.99999994f, 1e30f, stride) < 5.5);
  const auto logistic = [](float x) { return agents::logistic(x); };
  CHECK(worst(
            logistic, [](double x) { return support::logistic(x); }, -87, 87, stride) < 2.5);
  const auto one_minus_exp = [](float x) { return agents::one_minus_exp(x); };
  CHECK(worst(
            one_minus_exp, [](double x) { return -std::expm1(-x); }, 0, 87, stride) < 1.6);
}

TEST_CASE("arithmetic: exp is cut at both ends and right at 0") {
  CHECK(agents::exp(0.0f) == 1);
  CHECK(agents::exp(1000.0f) == agents::exp(87.0f));
  CHECK(agents::exp(-1000.0f) == agents::exp(-87.0f));
  CHECK(agents::exp(-1e30f) > 0);
  CHECK(agents::expm1(0.0f) == 0);
  CHECK(agents::expm1(1e-20f) == 1e-20f);
  CHECK(agents::log(1.0f) == 0);
  CHECK(agents::log1p(1e-20f) == 1e-20f);
  CHECK(agents::log1p(0.0f) == 0);
  CHECK(agents::logistic(0.0f) == 0.5f);
  CHECK(agents::logistic(1e30f) == 1);
  CHECK(agents::logistic(-1e30f) < 1e-37f);
  CHECK(agents::one_minus_exp(0.0f) == 0);
}

TEST_CASE("arithmetic: normal quantiles are right to seven figures and odd about one half") {
  double most = 0;
  for (std::uint32_t i = 0; i < (1u << 24) - 1; i += 13) {
    const float u = uniform(i << 8);
    const double exact = -std::sqrt(2.0) * boost::math::erfc_inv(2 * static_cast<double>(u));
    const double error = std::abs(static_cast<double>(normal_quantile(u)) - exact);
    if (exact != 0) most = std::max(most, error / std::abs(exact));
  }
  CHECK(most < 5e-7);
  CHECK(normal_quantile(0.5f) == 0);
  for (float u : {0.001f, 0.0625f, 0.25f, 0.375f})
    CHECK(normal_quantile(1 - u) == doctest::Approx(-normal_quantile(u)));
  CHECK(normal_quantile(uniform(0)) == doctest::Approx(-5.42).epsilon(0.01));  // the farthest that can be drawn
}

TEST_CASE("arithmetic: a uniform number lies inside (0, 1), at both ends of the words too") {
  CHECK(uniform(0) == 0x1p-25f);
  CHECK(uniform(0xffffffffu) < 1);
  CHECK(normal_quantile(uniform(0xffffffffu)) < 5.5f);
  CHECK(uniform(0x80000000u) == doctest::Approx(0.5));
  float before = 0;
  for (std::uint64_t w = 0; w < (1ull << 32); w += 9973 * 256) {
    const float u = uniform(static_cast<std::uint32_t>(w));
    CHECK_UNARY(u > before);
    before = u;
  }
}

TEST_CASE("arithmetic: a chance compares all 32 bits of the word") {
  for (const std::uint32_t w : {0u, 1u, 0x7fffffffu, 0xffffffffu}) {
    CHECK_FALSE(happens(w, 0.0f));
    CHECK(happens(w, 1.0f));
  }
  CHECK(happens(0, 0x1p-32f));  // one word of 2^32
  CHECK_FALSE(happens(1, 0x1p-32f));
  CHECK_FALSE(happens(0, 0x1p-33f));
  CHECK(happens(0x7fffffffu, 0.5f));
  CHECK_FALSE(happens(0x80000000u, 0.5f));
  CHECK(happens(0xfffffeffu, 1 - 0x1p-24f));
  CHECK_FALSE(happens(0xffffff00u, 1 - 0x1p-24f));
}

TEST_CASE("arithmetic: Poisson numbers have the exact chances, to the last word") {
  for (const double mean : {0.0, 0.3, 1.0, 3.0, 12.0, 39.0}) {
    CAPTURE(mean);
    const PoissonTable table(mean);
    double term = std::exp(-mean), below = 0;
    for (int n = 0; n < 60; ++n) {
      below += term;
      const double last = below * 4294967296.0 - 1;  // the last word that gives n or less
      if (last > 4294967270.0) break;
      if (last >= 16) {
        CHECK(table(static_cast<std::uint32_t>(last - 15)) <= n);
        CHECK(table(static_cast<std::uint32_t>(last + 16)) >= n + 1);
      }
      term *= mean / (n + 1);
    }
    CHECK(table(0xffffffffu) < 120);
  }
  CHECK(PoissonTable(0)(0xffffffffu) == 0);
}

TEST_CASE("arithmetic: the alias method gives every thing its share") {
  const std::vector<double> weights = {0, 3, 1, 0, 5, 0.25, 0, 1e-6};
  double total = 0;
  for (double w : weights) total += w;
  AliasTables tables;
  tables.add(std::vector<double>(weights.size(), 1));
  tables.add(weights);
  const AliasTable table = tables[1];
  // Every 4093rd word: the share of each thing within the reach of so many.
  std::vector<double> found(weights.size(), 0);
  double n = 0;
  for (std::uint64_t w = 0; w < (1ull << 32); w += 4093, ++n) ++found[table(static_cast<std::uint32_t>(w))];
  for (std::size_t i = 0; i < weights.size(); ++i) {
    CAPTURE(i);
    CHECK(found[i] / n == doctest::Approx(weights[i] / total).epsilon(1e-3).scale(1e-3));
    if (weights[i] == 0) CHECK(found[i] == 0);
  }
}

TEST_CASE("arithmetic: an alias table of nothing is empty, of one thing certain") {
  CHECK(AliasTable().empty());
  AliasTables tables;
  CHECK(tables[0].empty());
  tables.add({0, 0, 0, 0});
  tables.add({0, 0, 2, 0});
  CHECK(tables[0].empty());
  CHECK(tables.exists() == std::vector<std::int32_t>{0, 1});
  const AliasTable one = tables[1];
  CHECK_FALSE(one.empty());
  for (const std::uint32_t w : {0u, 1u, 0x3fffffffu, 0x40000000u, 0x80000000u, 0xc0000000u, 0xffffffffu})
    CHECK(one(w) == 2);
}

TEST_CASE("arithmetic: the double functions agree with libm within a few units of the last place") {
  const auto farthest = [](auto f, auto g, double low, double high) {
    double most = 0;
    for (int i = 0; i <= 200000; ++i) {
      const double x = low + (high - low) * i / 200000.0, exact = g(x);
      int exponent;
      std::frexp(exact, &exponent);
      if (exact != 0) most = std::max(most, std::abs(f(x) - exact) / std::ldexp(1.0, exponent - 53));
    }
    return most;
  };
  CHECK(farthest(
            math::exp, [](double x) { return std::exp(x); }, -700, 700) <= 2);
  CHECK(farthest(
            math::exp2, [](double x) { return std::exp2(x); }, -1000, 1000) <= 2);
  CHECK(farthest(
            math::log, [](double x) { return std::log(x); }, 1e-9, 50) <= 4);
  CHECK(farthest(
            math::log10, [](double x) { return std::log10(x); }, 1e-9, 50) <= 6);
  CHECK(farthest(
            math::sin, [](double x) { return std::sin(x); }, -7, 7) <= 4);
  CHECK(farthest(
            math::cos, [](double x) { return std::cos(x); }, -7, 7) <= 4);
  CHECK(farthest(
            math::sin, [](double x) { return std::sin(x); }, -1e4, 1e4) <= 4);
  CHECK(farthest(
            math::cos, [](double x) { return std::cos(x); }, -1e4, 1e4) <= 4);
  CHECK(farthest(
            math::asin, [](double x) { return std::asin(x); }, -1, 1) <= 6);
  for (const double x : {0.7, -0.7})
    CHECK(farthest([x](double y) { return math::atan2(y, x); }, [x](double y) { return std::atan2(y, x); }, -9, 9) <=
          6);
  CHECK(math::exp(1000) == std::numeric_limits<double>::infinity());
  CHECK(math::exp(-1000) == 0);
  CHECK(math::exp2(-3) == 0.125);
  CHECK(math::atan2(0, -1) == doctest::Approx(math::pi));
  CHECK(math::atan2(0, 0) == 0);
}
