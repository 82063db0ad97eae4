// The stopping rule: its schedule, and how often its intervals hold the truth although it looks again and again.
#include <doctest/doctest.h>

#include <boost/random/bernoulli_distribution.hpp>
#include <boost/random/exponential_distribution.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/poisson_distribution.hpp>
#include <cmath>
#include <functional>
#include <string>

#include "sim/experiments/adaptive.hpp"
#include "sim/rng/philox.hpp"

using namespace sim;

namespace {

using Draw = std::function<double(Philox&)>;

/// An outcome with a known mean, as one replicate draws it.
struct Lottery {
  const char* name;
  double mean, sd;
  Draw draw;
};

template <class Distribution>
Draw of(Distribution distribution) {
  return [distribution](Philox& luck) mutable { return static_cast<double>(distribution(luck)); };
}

/// Visits that come in bunches: a Poisson number with an exponential mean.
double bunched(Philox& luck) {
  return boost::random::poisson_distribution<int>(0.05 + boost::random::exponential_distribution<>(1)(luck))(luck);
}

const std::vector<Lottery>& lotteries() {
  static const std::vector<Lottery> all = {
      {"normal", 5, 1, of(boost::random::normal_distribution<>(5, 1))},
      {"visits", 0.75, std::sqrt(0.75), of(boost::random::poisson_distribution<int>(0.75))},
      {"rare visits", 0.05, std::sqrt(0.05), of(boost::random::poisson_distribution<int>(0.05))},
      {"visits in bunches", 1.05, std::sqrt(2.05), bunched},
      {"arrests", 0.002, std::sqrt(0.002), of(boost::random::bernoulli_distribution<>(0.002))},
  };
  return all;
}

struct Sums {
  std::int64_t n = 0;
  double sum = 0, squares = 0;
  double mean() const { return sum / static_cast<double>(n); }
  double error() const {
    const double count = static_cast<double>(n);
    return std::sqrt(std::max(0.0, squares - sum * sum / count) / (count - 1) / count);
  }
};

/// One experiment under the rule, or under its naive cousin that believes a standard error at once.
Sums experiment(const Draw& draw, const AdaptiveRule& rule, Philox& luck, bool naive = false) {
  Sums lived;
  for (std::int64_t next = rule.next(0); next > lived.n; next = rule.next(lived.n, lived.mean(), lived.error())) {
    for (; lived.n < next; ++lived.n) {
      const double x = draw(luck);
      lived.sum += x;
      lived.squares += x * x;
    }
    if (naive && lived.error() <= rule.target) break;
  }
  return lived;
}

}  // namespace

TEST_CASE("adaptive: 95 % intervals hold the truth in 93 to 97 % of 1,000 experiments, whatever the outcome") {
  for (const Lottery& o : lotteries()) {
    INFO(std::string(o.name));
    const AdaptiveRule rule{o.sd / std::sqrt(3000.0), 1 << 20};
    Philox luck(20230317);
    int held = 0, met = 0;
    for (int i = 0; i < 1000; ++i) {
      const Sums lived = experiment(o.draw, rule, luck);
      const Precision p = precision(lived.n, lived.mean(), lived.error());
      held += p.low <= o.mean && o.mean <= p.high;
      met += p.error <= rule.target;
    }
    MESSAGE(std::string(o.name) << ": " << held << " of 1,000");
    CHECK(held >= 930);
    CHECK(held <= 970);
    CHECK(met == 1000);
  }
}

TEST_CASE("adaptive: the naive rule, which believes the first small standard error, does not") {
  const Lottery& arrests = lotteries().back();
  const AdaptiveRule rule{arrests.sd / std::sqrt(3000.0), 1 << 20};
  Philox luck(20230317);
  int held = 0;
  for (int i = 0; i < 1000; ++i) {
    const Sums lived = experiment(arrests.draw, rule, luck, true);
    held += std::abs(lived.mean() - arrests.mean) <= z_95 * lived.error();
  }
  CHECK(held < 800);
}

TEST_CASE("adaptive: batches double, up to the budget, and what came before does not move the looks") {
  const AdaptiveRule rule{1e-9, 5000, 1024};
  CHECK(rule.next(0) == 1024);
  CHECK(rule.next(1024, 1, 1) == 2048);
  CHECK(rule.next(1100, 1, 1) == 2048);  // resumed in the middle of a batch
  CHECK(rule.next(2048, 1, 1) == 4096);
  CHECK(rule.next(4096, 1, 1) == 5000);
  CHECK(rule.next(5000, 1, 1) == 5000);
  CHECK(AdaptiveRule{1e-9, 300}.next(0) == 300);
  CHECK(AdaptiveRule{0.1, 5000}.next(1024, 1, 0.05) == 1024);    // precise enough
  CHECK(AdaptiveRule{0.0005, 100000}.next(1024, 0, 0) == 2048);  // no event yet is no certainty
}

TEST_CASE("adaptive: the interval is Wilson's for an event, and the plain one for many events") {
  const double n = 400, p = 0.01, plain = std::sqrt(p * (1 - p) / (n - 1));
  const Precision rare = precision(400, p, plain);
  const double z2 = z_95 * z_95;
  CHECK(rare.high ==
        doctest::Approx((p + z2 / (2 * n) + z_95 * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n))
            .epsilon(0.01));
  CHECK(precision(1024, 0, 0).high == doctest::Approx(z2 / 1024));
  const Precision many = precision(1000000, 2, 0.001);
  CHECK(many.low == doctest::Approx(2 - z_95 * 0.001).epsilon(1e-5));
  CHECK(precision(1000, -1, 0.1).high == doctest::Approx(-1 + z_95 * 0.1));
}

TEST_CASE("adaptive: of an event that happens or not the interval is Wilson's, and one replicate is never enough") {
  const double n = 100, p = 0.04, z = z_95;
  const Precision known = precision(100, p, std::sqrt(p * (1 - p) / (n - 1)));
  const double centre = p + z * z / (2 * n), half = z * std::sqrt(p * (1 - p) / (n - 1) + z * z / (4 * n * n));
  CHECK(known.low == doctest::Approx(centre - half).epsilon(1e-9));
  CHECK(known.high == doctest::Approx(centre + half).epsilon(1e-9));
  const AdaptiveRule rule{1000, 2048};
  CHECK_FALSE(rule.met(1, 0, 0));
  CHECK(rule.met(2, 0, 0));
}
