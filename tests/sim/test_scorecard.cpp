#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "sim/inference/scorecard.hpp"

using namespace sim;
using doctest::Approx;

TEST_CASE("scorecard: what could not be predicted is left out, days are events of their own, one baseline is best") {
  std::vector<Prediction> rows;
  std::vector<double> p;
  std::vector<Outturn> truth;
  for (int i = 0; i < 40; ++i) {
    Prediction row;
    row.leader = i % 2 ? "A" : "B", row.kind = "summit", row.event = "a summit";
    row.day = 100 + i / 2;  // two decisions about each
    row.member = i % 3 == 0;
    row.outcome = i % 5 == 0 || row.member ? Fate::own_choice : Fate::visited;
    const double going = 0.3 + 0.01 * i;
    row.p = {going, 0, 1 - going, 0, 0};
    rows.push_back(row);
    p.push_back(going);
    truth.push_back({went(row.outcome), static_cast<std::size_t>(i / 2)});
  }
  Prediction after_an_arrest = rows.back();
  after_an_arrest.p = {};
  rows.push_back(after_an_arrest);
  const Scorecard card = scorecard(rows);
  CHECK(card.n == 40);
  const auto log_of = [&](std::span<const std::size_t> some) {
    double sum = 0;
    for (const std::size_t i : some) sum += log_score(p[i], truth[i].went);
    return sum / static_cast<double>(some.size());
  };
  const Figure* all = card.find("model", "all", "log");
  REQUIRE(all != nullptr);
  CHECK(all->n == 40);
  const Interval expected = bootstrap(truth, log_of);
  CHECK(all->interval.low == Approx(expected.low).epsilon(1e-12));
  CHECK(all->interval.high == Approx(expected.high).epsilon(1e-12));
  for (const std::string score : {"log", "brier"}) {
    double best = INFINITY, told = INFINITY;
    int flagged = 0;
    for (const AgainstBaseline& c : card.comparisons) {
      if (c.score != score) continue;
      const double value = card.find(c.baseline, "all", score)->value;
      CHECK(c.ratio == Approx(card.find("model", "all", score)->value / value));
      best = std::min(best, value);
      if (c.best) told = value, ++flagged;
    }
    CHECK(flagged == 1);
    CHECK(told == best);
  }
}
