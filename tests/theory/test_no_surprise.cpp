// Theory 8: a leader who hears a host's resolve without noise is never surprised.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/many.hpp"
#include "tests/support/statistics.hpp"
#include "tests/support/worlds.hpp"

using namespace agents;

namespace {

World told_everything() {
  World w = support::lively_world(6, 30);
  Parameters& p = w.parameters;
  p.sig_s = 0, p.em = 0, p.H_v = support::infinite;
  p.kap_arrest = 1.5;
  p.lam = w.leaders[0].lam = 0.9;
  w.leaders[0].Lambda = 1;
  return w;
}

struct Arrivals {
  double expected = 0, variance = 0, arrests = 0, farthest = 0;
  double z(double scale) const { return (arrests - scale * expected) / std::sqrt(variance); }
};
Arrivals arrivals(const World& w, std::uint32_t n) {
  Arrivals a;
  support::live_many(Stage(w), 23, n, [&](const History& h) {
    for (const Decision& d : h.decisions) {
      if (!is_arrival(d.outcome)) continue;
      const double pi = static_cast<double>(d.pi_arrest);
      a.expected += pi;
      a.variance += pi * (1 - pi);
      a.arrests += d.outcome == Outcome::arrested;
      a.farthest = std::max(a.farthest, std::abs(pi - static_cast<double>(d.p_arrest)));
    }
  });
  return a;
}

}  // namespace

TEST_CASE("theory 8: who hears everything is arrested as often as expected") {
  constexpr double most = 4.9;  // standard errors: a false alarm of 1e-6; seed 23
  const Arrivals seen = arrivals(told_everything(), 260'000);
  CAPTURE(seen.arrests);
  CHECK(std::abs(seen.z(1)) < most);
  CHECK_FALSE(std::abs(seen.z(1.02)) < most);  // 2 % wrong does not pass
  CHECK_FALSE(std::abs(seen.z(0.98)) < most);
  CHECK(seen.farthest < 1e-5);  // not once

  World noise = told_everything();
  noise.parameters.sig_s = 1;
  CHECK(arrivals(noise, 2000).farthest > 0.1);
}
