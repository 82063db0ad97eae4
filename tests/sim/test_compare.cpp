// Counterfactuals under common luck: a case with a known answer, and what is told of a single replicate.
#include <doctest/doctest.h>

#include <cmath>

#include "sim/experiments/compare.hpp"
#include "sim/run/in_order.hpp"
#include "sim/run/run.hpp"
#include "tests/support/many.hpp"
#include "tests/support/worlds.hpp"

using namespace sim;

namespace {

/// One host without a duty, one event, nothing but the answer left to chance: go with e^-b_0 / (e^-b_0 + 2).
agents::Stage answer_alone(double b_0) {
  agents::World w = support::one_host_world(12);
  w.hosts[0].membership.clear();
  w.parameters.b_0 = b_0;
  w.parameters.b_commit = 40;  // what was announced is flown
  w.parameters.kap_refuse = w.parameters.kap_arrest = 1e9;
  support::add_event(w, 0, 8, 4);
  return agents::Stage(w);
}

CompareSettings compare_settings(std::int64_t replicates, int threads = 2) {
  CompareSettings s;
  s.seed = 2025;
  s.replicates = replicates;
  s.threads = threads;
  return s;
}

Comparison compare_two(const agents::Stage& a, const agents::Stage& b, const CompareSettings& s) {
  const std::vector<const agents::Stage*> worlds = {&a, &b};
  return compare(worlds, s);
}

/// Lively worlds: as it is, and without its NGOs' effect on the hosts.
const agents::Stage& lively() {
  static const agents::Stage stage(support::lively_world(5, 80));
  return stage;
}
const agents::Stage& unpressed() {
  static const agents::Stage stage = [] {
    agents::World w = support::lively_world(5, 80);
    w.parameters.eta = w.parameters.rho_suit = 0;
    return agents::Stage(w);
  }();
  return stage;
}

constexpr auto visits = static_cast<std::size_t>(Measure::visits);

}  // namespace

TEST_CASE("compare: two chances met by the same draw differ as often as the draw falls between them") {
  const double p = 1.0 / 3, q = std::exp(1.0) / (std::exp(1.0) + 2);
  const std::int64_t n = 40000;
  const Comparison c = compare_two(answer_alone(0), answer_alone(-1), compare_settings(n));
  const Comparison::Difference d = c.difference(0, 0, visits);
  const double paired = (q - p) * (1 - (q - p)), unpaired = p * (1 - p) + q * (1 - q);
  CHECK(std::abs(d.base - p) < 4 * std::sqrt(p * (1 - p) / n));
  CHECK(std::abs(d.alternative - q) < 4 * std::sqrt(q * (1 - q) / n));
  CHECK(std::abs(d.mean - (q - p)) < 4 * std::sqrt(paired / n));
  CHECK(d.standard_error == doctest::Approx(std::sqrt(paired / n)).epsilon(0.02).scale(0));
  CHECK(d.reduction() == doctest::Approx(unpaired / paired).epsilon(0.03));
  // Every itinerary that differs does so at the event, by the answer; there are as many as the visits' difference says.
  REQUIRE(c.partings().size() == 1);
  const Comparison::PartedAt parted = c.partings().front();
  CHECK(parted.how == Parting::answer);
  CHECK(c.events[static_cast<std::size_t>(parted.event)] == "E0");
  CHECK(parted.itineraries == c.changed(0, 0));
  // Its three answers are cut from one draw, so some itineraries change between delegate and skip without a visit.
  CHECK(static_cast<double>(c.changed(0, 0)) >= d.mean * static_cast<double>(n) - 0.5);
}

TEST_CASE("compare: a world differs from itself in nothing") {
  const Comparison c = compare_two(lively(), lively(), compare_settings(600));
  CHECK(c.replicates == 600);
  CHECK(c.changed(0, 0) == 0);
  CHECK(c.partings().empty());
  for (std::size_t o = 0; o < outcomes; ++o) {
    CHECK(c.difference(0, 0, o).mean == 0);
    CHECK(c.difference(0, 0, o).paired == 0);
  }
}

TEST_CASE("compare: outcomes of single replicates add up to the tally of a run") {
  RunSettings run_settings;
  run_settings.seed = 2025;
  run_settings.replicates = 1000;
  const Tally tally = run(lively(), run_settings);
  const Comparison c = compare_two(lively(), unpressed(), compare_settings(1000));
  for (std::size_t m = 0; m < measures; ++m) {
    CAPTURE(m);
    const Estimate e = tally.estimate({0}, static_cast<Measure>(m));
    CHECK(c.difference(0, 0, m).base == doctest::Approx(e.mean).epsilon(1e-12));
  }
  CHECK(c.difference(0, 0, final_nu_outcome).base == doctest::Approx(tally.final_nu().mean).epsilon(1e-12));
  CHECK(c.difference(0, 0, party_visits_outcome).base == c.difference(0, 0, visits).base);  // all hosts are members
  double by_host = 0;
  for (std::size_t h = 0; h < c.hosts.size(); ++h) by_host += c.host_difference(0, 0, h).mean;
  CHECK(by_host == doctest::Approx(c.difference(0, 0, visits).mean));
}

TEST_CASE("compare: without pressure and suits more visits are made, and shared luck shows it sooner") {
  const Comparison c = compare_two(lively(), unpressed(), compare_settings(3000));
  const Comparison::Difference d = c.difference(0, 0, static_cast<std::size_t>(Measure::member_visits));
  CHECK(d.mean > 4 * d.standard_error);
  CHECK(d.reduction() > 1.5);
  std::int64_t parted = 0;
  for (const Comparison::PartedAt& p : c.partings()) parted += p.itineraries;
  CHECK(parted == c.changed(0, 0));
  CHECK(c.changed(0, 0) > 0);
}

TEST_CASE("compare: the same numbers, to the last bit, on 1, 2, 3 and 7 threads") {
  const Comparison one = compare_two(lively(), unpressed(), compare_settings(2100, 1));
  for (const int threads : {2, 3, 7}) {
    const Comparison many = compare_two(lively(), unpressed(), compare_settings(2100, threads));
    for (std::size_t o = 0; o < outcomes; ++o) {
      CHECK(many.difference(0, 0, o).mean == one.difference(0, 0, o).mean);
      CHECK(many.difference(0, 0, o).paired == one.difference(0, 0, o).paired);
      CHECK(many.difference(0, 0, o).unpaired == one.difference(0, 0, o).unpaired);
    }
    CHECK(many.changed(0, 0) == one.changed(0, 0));
  }
}

TEST_CASE("compare: a stop leaves whole chunks, and worlds that share no weeks or leader are refused") {
  std::atomic<bool> stop{true};
  CompareSettings s = compare_settings(5000);
  s.stop = &stop;
  CHECK(compare_two(lively(), unpressed(), s).replicates == 0);
  const agents::Stage shorter(support::lively_world(5, 70));
  CHECK_THROWS_AS(compare_two(lively(), shorter, compare_settings(100)), std::invalid_argument);
  agents::World w = support::lively_world(5, 80);
  w.leaders[0].name = "another";
  const agents::Stage stranger(w);
  CHECK_THROWS_AS(compare_two(lively(), stranger, compare_settings(100)), std::invalid_argument);
}

TEST_CASE("compare: two histories made by hand part where they first differ") {
  agents::World w = support::exchangeable_hosts(3, 12);
  support::add_event(w, 0, 9, 4);
  w.hosts[1].membership = {{5, agents::no_end}};
  const agents::Stage stage(w);
  const std::vector<const agents::Stage*> worlds = {&stage, &stage};
  using agents::Answer;
  using agents::Outcome;
  const auto made = [](int week, std::uint16_t host, int week_out, Outcome outcome = Outcome::visited,
                       bool second = false, Answer answer = Answer::go) {
    agents::Decision d{.leader = {0}, .host = {host}, .second_stop = second, .answer = answer, .outcome = outcome};
    d.week = static_cast<std::int16_t>(week), d.week_out = static_cast<std::int16_t>(week_out);
    return d;
  };
  const auto of = [&](std::vector<agents::Decision> base, std::vector<agents::Decision> other) {
    Comparison c(worlds);
    std::vector<agents::History> both(2);
    both[0].decisions = std::move(base), both[1].decisions = std::move(other);
    both[0].nu = {1, 2}, both[1].nu = {1, 1};
    c.add(both);
    return c;
  };
  const auto parted = [&](std::vector<agents::Decision> base, std::vector<agents::Decision> other) {
    const Comparison c = of(std::move(base), std::move(other));
    REQUIRE(c.partings().size() == 1);
    return c.partings().front();
  };
  // In one week: the first in the order of the answers; an answer before an outcome.
  CHECK(parted({made(1, 0, 5), made(2, 1, 5)}, {made(1, 0, 5, Outcome::withdrawn), made(2, 1, 5, Outcome::withdrawn)})
            .host == 0);
  const Comparison::PartedAt at_once =
      parted({made(1, 0, 5), made(5, 1, 7)},
             {made(1, 0, 5, Outcome::withdrawn), made(5, 1, 5, Outcome::skip, false, Answer::skip)});
  CHECK(at_once.how == Parting::answer);
  CHECK(at_once.host == 1);
  // An outcome that comes later in one world has parted them in the earlier week.
  CHECK(parted({made(1, 0, 5), made(2, 1, 7)}, {made(1, 0, 9), made(2, 1, 7, Outcome::withdrawn)}).host == 0);
  // An idea of one world alone, which comes before that of the other.
  const Comparison::PartedAt idea = parted({made(8, 0, 9)}, {made(4, 2, 6)});
  CHECK(idea.how == Parting::idea);
  CHECK(idea.host == 2);

  // Bilateral visits and second stops have rows of their own; a state is a party when the visit is made.
  const Comparison c = of({made(3, 1, 6), made(3, 2, 6, Outcome::visited, true)}, {made(3, 1, 6)});
  REQUIRE(c.events.size() == 1);
  CHECK(c.event_difference(0, 0, 1).mean == 0);
  CHECK(c.event_difference(0, 0, 2).mean == -1);
  CHECK(c.host_difference(0, 0, 2).mean == -1);
  CHECK(c.difference(0, 0, party_visits_outcome).base == 2);
  CHECK(of({made(3, 1, 4)}, {}).difference(0, 0, party_visits_outcome).base == 0);
  CHECK(c.difference(0, 0, mean_nu_outcome).base == 1.5);
  CHECK(c.difference(0, 0, final_nu_outcome).base == 2);
}

TEST_CASE("compare: a leader that only one world has is left out, an event of the alternative is named") {
  agents::World w = support::lively_world(5, 80);
  support::add_leader(w, "second");
  support::add_event(w, 2, 30, 5, 3).name = "extra";
  const agents::Stage more(w);
  const Comparison c = compare_two(lively(), more, compare_settings(300));
  CHECK(c.leaders == std::vector<std::string>{"leader"});
  CHECK(c.events.back() == "extra");
  CHECK(c.changed(0, 0) > 0);
}

TEST_CASE("compare: itineraries part at the event that one world has, whatever else both have in its week") {
  agents::World w = support::lively_world(5, 80);
  support::add_event(w, 2, 30, 5, 3).name = "extra";
  const agents::Stage more(w);
  for (const Comparison& c :
       {compare_two(lively(), more, compare_settings(300)), compare_two(more, lively(), compare_settings(300))}) {
    REQUIRE(c.partings().size() == 1);
    const Comparison::PartedAt parted = c.partings().front();
    CHECK(c.events[static_cast<std::size_t>(parted.event)] == "extra");
    CHECK(parted.how == Parting::idea);
    CHECK(parted.itineraries == c.changed(0, 0));
  }
}

TEST_CASE("chunks: taken up in order, whatever the threads, and an error of a worker arrives") {
  std::vector<std::int64_t> seen;
  in_order(
      50, 4, nullptr, [] { return [](std::int64_t chunk) { return chunk; }; },
      [&](std::int64_t chunk) { seen.push_back(chunk); });
  REQUIRE(seen.size() == 50);
  for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i] == static_cast<std::int64_t>(i));
  const auto fails = [] {
    return [](std::int64_t chunk) {
      if (chunk == 7) throw std::runtime_error("seven");
      return chunk;
    };
  };
  CHECK_THROWS_WITH(in_order(50, 4, nullptr, fails, [](std::int64_t) {}), "seven");
}
