#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "sim/inference/scores.hpp"
#include "sim/rng/philox.hpp"

using namespace sim;
using doctest::Approx;

namespace {

/// n decisions that are gone to with the chances forecast.
struct Honest {
  std::vector<double> p;
  std::vector<Outturn> truth;
  explicit Honest(std::size_t n, std::uint64_t seed) {
    Philox random(seed);
    const auto uniform = [&] { return (random() + 0.5) / 4294967296.0; };
    for (std::size_t i = 0; i < n; ++i) {
      p.push_back(uniform());
      truth.push_back({uniform() < p.back(), i});
    }
  }
};

}  // namespace

TEST_CASE("scores: a coin costs ln 2 and a quarter, a wrong certainty the most there is") {
  CHECK(log_score(0.5, true) == Approx(std::log(2.0)));
  CHECK(brier(0.5, false) == 0.25);
  CHECK(log_score(0.0, true) == Approx(-std::log(least_chance)));
  CHECK(log_score(1.0, false) == Approx(-std::log(least_chance)));
  CHECK(brier(1.0, false) == 1);
  const std::array p = {0.2, 0.3, 0.5};
  CHECK(log_score(p, 2) == Approx(std::log(2.0)));
}

TEST_CASE("scores: the ranked score of two outcomes is Brier's, and nearer misses cost less") {
  CHECK(ranked_probability(std::array{0.3, 0.7}, 0) == Approx(brier(0.3, true)));
  const std::array sure = {1.0, 0.0, 0.0};
  CHECK(ranked_probability(sure, 0) == 0);
  CHECK(ranked_probability(sure, 1) == 0.5);
  CHECK(ranked_probability(sure, 2) == 1);
}

TEST_CASE("scores: telling the truth is the best policy") {
  for (const double truth : {0.1, 0.5, 0.83}) {
    const auto expected = [&](double told, auto score) {
      return truth * score(told, true) + (1 - truth) * score(told, false);
    };
    const auto log = [](double p, bool y) { return log_score(p, y); };
    for (double told = 0.02; told < 1; told += 0.02) {
      CHECK(expected(told, brier) >= expected(truth, brier));
      CHECK(expected(told, log) >= expected(truth, log) - 1e-12);
    }
  }
}

TEST_CASE("scores: AUC counts pairs, ties half") {
  const std::vector<double> p = {0.1, 0.4, 0.4, 0.8};
  const std::vector<Outturn> truth = {{false, 0}, {true, 1}, {false, 2}, {true, 3}};
  CHECK(auc(p, truth) == 3.5 / 4);
  CHECK(std::isnan(auc(p, std::vector<Outturn>(4, {true, 0}))));
}

TEST_CASE("scores: bins of equal size; the expected error weighs them") {
  const std::vector<double> p = {0.9, 0.1, 0.2, 0.8, 0.5};
  const std::vector<Outturn> truth = {{true, 0}, {false, 1}, {true, 2}, {true, 3}, {false, 4}};
  const std::vector<Bin> bins = calibration(p, truth, 2);
  REQUIRE(bins.size() == 2);
  CHECK(bins[0].n == 2);
  CHECK(bins[0].p == Approx(0.15));
  CHECK(bins[0].went == 0.5);
  CHECK(bins[1].p == Approx(2.2 / 3));
  CHECK(expected_error(bins) == Approx((2 * 0.35 + 3 * (2.2 / 3 - 2.0 / 3)) / 5));
}

TEST_CASE("scores: the reliability curve rises, and pools what would fall") {
  const std::vector<double> p = {0.1, 0.3, 0.5, 0.5, 0.9};
  const std::vector<Outturn> truth = {{false, 0}, {true, 1}, {false, 2}, {false, 3}, {true, 4}};
  const std::vector<Bin> curve = reliability(p, truth);
  REQUIRE(curve.size() == 3);
  CHECK(curve[1].n == 3);
  CHECK(curve[1].went == Approx(1.0 / 3));
  CHECK(curve[1].p == Approx(1.3 / 3));
}

// Seeds fixed; a right forecaster fails with chance 1e-4, one whose odds are doubled is caught.
TEST_CASE("scores: honest forecasts are calibrated, overconfident ones are not") {
  const Honest honest(20000, 6);
  CHECK(std::abs(spiegelhalter_z(honest.p, honest.truth)) < 3.9);
  CHECK(expected_error(calibration(honest.p, honest.truth, 10)) < 0.02);
  std::vector<double> bold;
  for (const double p : honest.p) bold.push_back(p * p / (p * p + (1 - p) * (1 - p)));
  CHECK(spiegelhalter_z(bold, honest.truth) > 3.9);
  CHECK(expected_error(calibration(bold, honest.truth, 10)) > 0.05);
  CHECK(scores(bold, honest.truth).log > scores(honest.p, honest.truth).log);
  CHECK(scores(bold, honest.truth).auc == Approx(scores(honest.p, honest.truth).auc));
}

// 400 samples of 60 means: the 95 % interval covers the truth 370 times on average (percentile intervals are a little
// narrow); below 352 or above 394 has chance 1e-3 at most.
TEST_CASE("bootstrap: intervals cover, and hold events together") {
  int covered = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Honest sample(60, 100 + seed);
    const auto mean = [&](std::span<const std::size_t> rows) {
      double sum = 0;
      for (const std::size_t r : rows) sum += sample.truth[r].went;
      return sum / static_cast<double>(rows.size());
    };
    const Interval i = bootstrap(sample.truth, mean, {400, 0.95, seed});
    covered += i.low <= 0.5 && 0.5 <= i.high;
  }
  CHECK(covered >= 352);
  CHECK(covered <= 394);
  const Honest large(2000, 8);
  double went = 0;
  for (const Outturn& t : large.truth) went += t.went / 2000.0;
  const auto share = [&](std::span<const std::size_t> rows) {
    double sum = 0;
    for (const std::size_t r : rows) sum += large.truth[r].went;
    return sum / static_cast<double>(rows.size());
  };
  const Interval wide = bootstrap(large.truth, share);
  CHECK((wide.high - wide.low) / (2 * 1.96 * std::sqrt(went * (1 - went) / 2000)) == Approx(1).epsilon(0.04));

  Honest twice(100, 7);  // every event twice in the rows: twice as many rows tell nothing more
  const auto rate = [](const Honest& h) {
    const auto mean = [&](std::span<const std::size_t> rows) {
      double sum = 0;
      for (const std::size_t r : rows) sum += h.truth[r].went;
      return sum / static_cast<double>(rows.size());
    };
    return bootstrap(h.truth, mean);
  };
  const Interval once = rate(twice);
  for (std::size_t i = 0; i < 100; ++i) twice.truth.push_back(twice.truth[i]);
  const Interval both = rate(twice);
  CHECK(both.high - both.low == Approx(once.high - once.low));
  CHECK(std::isnan(bootstrap({}, [](auto) { return 0.0; }).low));
}
