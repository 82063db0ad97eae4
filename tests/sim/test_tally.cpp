#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "sim/run/run.hpp"
#include "sim/stats/tally.hpp"
#include "tests/support/statistics.hpp"
#include "tests/support/worlds.hpp"

using namespace sim;
using agents::Answer;
using agents::Decision;
using agents::History;
using agents::Outcome;
using doctest::Approx;

namespace {

constexpr agents::LeaderId leader{0};
constexpr agents::HostId here{0};

/// A history in which nothing happens.
History quiet(const agents::Stage& stage, double weight = 1, float nu = 1) {
  const auto weeks = static_cast<std::size_t>(stage.weeks());
  History h;
  h.nu.assign(weeks, nu);
  h.pressure.assign(weeks, 0);
  h.isolation.assign(stage.leaders * weeks, 0);
  h.budget.assign(stage.ngos * weeks, 1);
  h.weight.assign(weeks, weight);
  return h;
}

Decision decision(Answer answer, Outcome outcome, float V, double weight, double weight_out) {
  Decision d{.leader = leader, .host = here, .answer = answer, .outcome = outcome, .V = V};
  d.weight = weight, d.weight_out = weight_out;
  return d;
}

Decision visit(Outcome outcome, int week, float V, float days, float hazard, double weight) {
  Decision d = decision(Answer::go, outcome, V, weight, weight);
  d.week_out = static_cast<std::int16_t>(week), d.duty = true, d.days = days, d.hazard = hazard;
  d.hours = 4, d.detour_hours = 1, d.pi_arrest = 0.25f, d.p_arrest = 0.5f;
  return d;
}

}  // namespace

TEST_CASE("tally: with weighed arrests everything counts by the weight that is left when it happens") {
  agents::World w = support::exchangeable_hosts(2, 8);
  support::add_event(w, 0, 4, 2);
  const agents::Stage stage(w);
  Tally t(stage, agents::Manner{leader});
  History h = quiet(stage, 0.375, 1.5f);
  Decision delegated = decision(Answer::delegate, Outcome::delegate, 1, 0.75, 0.75);
  delegated.event = 0;
  h.decisions = {visit(Outcome::visited, 2, 1, 3, 0.25f, 1), delegated, visit(Outcome::cut_short, 5, 2, 1, 0.5f, 0.75),
                 decision(Answer::go, Outcome::withdrawn, 1, 1, 0.375),
                 decision(Answer::skip, Outcome::skip, 1, 0.375, 0.375)};
  t.add(h);
  t.add(quiet(stage));

  const auto sum = [&](Measure m) { return t.sum(leader, m); };
  CHECK(sum(Measure::arrests) == 0.25 + 0.75 * 0.5);
  CHECK(sum(Measure::hazard) == sum(Measure::arrests));
  CHECK(sum(Measure::visits) == 0.75 + 0.75 * 0.5);
  CHECK(sum(Measure::member_visits) == sum(Measure::visits));
  CHECK(sum(Measure::cut_short) == 0.375);
  CHECK(sum(Measure::days) == 0.75 * 3 + 0.375);
  CHECK(sum(Measure::hours) == 4 + 0.75 * 4);
  CHECK(sum(Measure::detour_hours) == 1 + 0.75);
  CHECK(sum(Measure::value_gained) == 0.75 + 0.375 * 2 / 2);
  CHECK(sum(Measure::value_forgone) == 0.25 + 0.75 + 0.375 * 2 + 0.375 + 0.375);
  CHECK(sum(Measure::delegated) == 0.75);
  CHECK(sum(Measure::private_refusals) == 0.375);
  CHECK(sum(Measure::withdrawn) == 0.375);
  CHECK(t.at_host(leader, here, Count::arrested) == 0.625);
  CHECK(t.at_host(leader, here, Count::arrivals) == 1.75);
  CHECK(t.at_host(leader, here, Count::pi_arrest) == 1.75 * 0.25);
  CHECK(t.at_host(leader, here, Count::p_arrest) == 1.75 * 0.5);
  CHECK(t.at_host(leader, here, Count::visits_squared) == 1.125 * 1.125);
  CHECK(t.at_event(leader, 0, Count::delegate) == 0.75);
  CHECK(t.weekly_visits_sum(leader, 2) == 0.75);
  CHECK(t.weekly_visits_sum(leader, 5) == 0.375);
  CHECK(t.weekly_visits(leader, 2) == 0.375);
  // Stocks over the histories in which the leader is free; an itinerary by what is left of it.
  CHECK(t.weekly_mean(0, 3) == Approx((0.375 * 1.5 + 1) / 1.375));
  CHECK(t.final_nu().mean == Approx((0.375 * 1.5 + 1) / 1.375));
  CHECK(t.in_bin(leader, Measure::visits, 2) == 0.375);
  CHECK(t.in_bin(leader, Measure::visits, 0) == 1);
}

TEST_CASE("tally: quantiles reach as far as visits and budgets do") {
  agents::World w = support::exchangeable_hosts(1, 260);
  w.parameters.B_max = 6;
  support::add_ngo(w, 1, 0, 0);
  const agents::Stage stage(w);
  Tally t(stage);
  for (const int visits : {150, 200, 250}) {
    History h = quiet(stage);
    for (int i = 0; i < visits; ++i) h.decisions.push_back(visit(Outcome::visited, i, 1, 1, 0, 1));
    h.budget.assign(260, static_cast<float>(visits) / 40);
    t.add(h);
  }
  REQUIRE(t.series()[3].kind == Series::Kind::budget);
  REQUIRE(t.series()[4].kind == Series::Kind::visits_so_far);
  CHECK(std::abs(t.weekly_quantile(3, 259, 0.5) - 5) < 6.0 / series_bins);
  CHECK(std::abs(t.weekly_quantile(4, 259, 0.5) - 200) < 3);
}

TEST_CASE("tally: quantiles are interpolated inside a bin") {
  const agents::Stage stage(support::exchangeable_hosts(1, 2));
  Tally t(stage);
  for (int i = 0; i < 2000; ++i) t.add(quiet(stage, 1, 0.001f * (static_cast<float>(i) + 0.5f)));  // evenly over 0 .. 2
  for (const double q : {0.05, 0.25, 0.303, 0.5, 0.95})
    CHECK(t.weekly_quantile(0, 1, q) == Approx(2 * q).epsilon(0.002));
}

TEST_CASE("tally: a run of several chunks is its histories one by one") {
  agents::World world = support::lively_world(4, 52);
  world.parameters.kap_arrest = 4;
  const agents::Stage stage(world);
  RunSettings settings;
  settings.replicates = 1300;
  settings.threads = 2;
  const Tally all = run(stage, settings);
  REQUIRE(all.replicates() == 1300);

  const BatchStage batch(stage);
  BatchLife life(batch, best_kernel());
  Tally one_by_one(stage);
  std::array<support::Sample, measures> samples;
  support::Sample final_nu;
  std::vector<std::vector<double>> nu(52);
  History h;
  for (std::int64_t first = 0; first < 1300; first += block_replicates) {
    const int count = static_cast<int>(std::min<std::int64_t>(block_replicates, 1300 - first));
    life.live(settings.seed, static_cast<std::uint32_t>(first), count);
    for (int r = 0; r < count; ++r) {
      life.tell(r, h);
      one_by_one.add(h);
      double itinerary[measures] = {};
      for (const Decision& d : h.decisions) add_measures(d, itinerary);
      for (std::size_t m = 0; m < measures; ++m) samples[m].add(itinerary[m]);
      final_nu.add(static_cast<double>(h.nu.back()));
      for (std::size_t t = 0; t < 52; ++t) nu[t].push_back(static_cast<double>(h.nu[t]));
    }
  }

  for (std::size_t m = 0; m < measures; ++m) {
    CAPTURE(info(static_cast<Measure>(m)).name);
    const Estimate e = all.estimate(leader, static_cast<Measure>(m));
    CHECK(e.mean == Approx(samples[m].mean()).epsilon(1e-10));
    CHECK(e.standard_error == Approx(samples[m].error()).epsilon(1e-6));
  }
  CHECK(all.final_nu().mean == Approx(final_nu.mean()).epsilon(1e-10));
  CHECK(all.final_nu().standard_error == Approx(final_nu.error()).epsilon(1e-6));
  for (std::size_t c = 0; c < counts; ++c) {
    CAPTURE(c);
    const auto count = static_cast<Count>(c);
    for (std::uint16_t host = 0; host < 4; ++host)
      CHECK(all.at_host(leader, {host}, count) == Approx(one_by_one.at_host(leader, {host}, count)).epsilon(1e-10));
    for (std::size_t e = 0; e < stage.calendars[0].trips.size(); ++e)
      CHECK(all.at_event(leader, e, count) == Approx(one_by_one.at_event(leader, e, count)).epsilon(1e-10));
  }
  for (const Measure m : Tally::with_histogram)
    for (std::size_t b = 0; b < Tally::bins; ++b) CHECK(all.in_bin(leader, m, b) == one_by_one.in_bin(leader, m, b));
  for (std::size_t t = 0; t < 52; ++t) {
    CHECK(all.weekly_visits(leader, t) == one_by_one.weekly_visits_sum(leader, t) / 1300);
    for (std::size_t s = 0; s < all.series().size(); ++s) {
      CHECK(all.weekly_mean(s, t) == Approx(one_by_one.weekly_mean(s, t)).epsilon(1e-10));
      for (const double q : {0.0, 0.05, 0.5, 0.95, 1.0})
        CHECK(all.weekly_quantile(s, t, q) == one_by_one.weekly_quantile(s, t, q));
    }
    const double so_far = all.weekly_quantile(all.series().size() - 1, t, 0.5);
    CHECK(so_far == std::floor(so_far));
    std::sort(nu[t].begin(), nu[t].end());
    CHECK(all.weekly_quantile(0, t, 0) == nu[t].front());
    CHECK(all.weekly_quantile(0, t, 1) == nu[t].back());
  }
}
