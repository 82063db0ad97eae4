#include <doctest/doctest.h>

#include <cmath>

#include "sim/inference/baselines.hpp"
#include "sim/rng/philox.hpp"
#include "tests/support/statistics.hpp"

using namespace sim;
using doctest::Approx;

TEST_CASE("baselines: shares of the days before, drawn to the coarser ones") {
  const std::vector<Precedent> d = {{1, true, false, "bilateral"},
                                    {2, false, true, "summit"},
                                    {3, true, true, "summit"},
                                    {3, false, true, "summit"}};  // on one day: they do not know of one another
  const std::vector<Baseline> b = baselines(d);
  const double base = (2 + 1.0 - 1) / 4, member = (2 * base + 0) / 3;
  CHECK(b[0].name == "base rate");
  CHECK(b[0].p == std::vector{0.5, 2.0 / 3, base, base});
  CHECK(b[1].p[2] == Approx(member));
  CHECK(b[1].p[3] == b[1].p[2]);
  CHECK(b[2].p[2] == Approx(2 * member / 3));
  CHECK(b[3].p[0] == b[1].p[0]);
  CHECK(b[3].p[2] == never);
  CHECK(b[4].p == b[1].p);  // too few to fit
}

TEST_CASE("baselines: the logistic regression has no slope left, and finds what made the data") {
  Philox random(3);
  const auto uniform = [&] { return (random() + 0.5) / 4294967296.0; };
  std::vector<Precedent> rows;
  for (int i = 0; i < 4000; ++i) {
    Precedent r{i, false, uniform() < 0.5, uniform() < 0.3 ? "summit" : "bilateral"};
    r.km = 8000 * uniform();
    r.unga = uniform();
    r.blocs = uniform();
    r.trade = uniform();
    r.J = uniform();
    r.went = uniform() < support::logistic(1 - 2 * r.member + 1.5 * r.blocs);
    rows.push_back(r);
  }
  const LogisticRegression fit(rows);
  Precedent stranger{0, false, true, "funeral"}, friendly{0, false, false, "summit", 0, 0, 1};
  for (Precedent* r : {&stranger, &friendly}) r->km = 3000, r->unga = r->trade = r->J = 0.5;
  CHECK(fit.p(stranger) == Approx(support::logistic(-1)).epsilon(0.15).scale(0));
  CHECK(fit.p(friendly) == Approx(support::logistic(2.5)).epsilon(0.05).scale(0));

  double slope = 0;  // of the summed log score along the intercept, which carries no penalty
  for (const Precedent& r : rows) slope += fit.p(r) - r.went;
  CHECK(std::abs(slope) < 1e-4);

  for (Precedent& r : rows) r.went = true;  // nothing to fit: sure, but finite
  CHECK(LogisticRegression(rows).p(rows[0]) > 0.999);
}

TEST_CASE("baselines: a regression is fitted from the fifteenth decision on") {
  std::vector<Precedent> rows;
  for (int i = 0; i < 15; ++i) rows.push_back({i, i % 3 == 0, i % 2 == 0, "summit"});
  const std::vector<Baseline> b = baselines(rows);
  CHECK(b[4].p[13] == b[1].p[13]);
  CHECK(b[4].p[14] == LogisticRegression(std::span(rows).first(14)).p(rows[14]));
}
