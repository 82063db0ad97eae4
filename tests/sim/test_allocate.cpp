// Effort at one host: a case with a known answer, and hosts where it can change nothing.
#include <doctest/doctest.h>

#include <cmath>

#include "sim/experiments/allocate.hpp"
#include "tests/support/statistics.hpp"
#include "tests/support/worlds.hpp"

using namespace sim;

namespace {

/// An event at each of two member states; the leader goes unless the host withdraws, in the week of the announcement.
/// H0 has a civil society that can press it, H1 has none.
agents::World two_events() {
  agents::World w = support::exchangeable_hosts(2, 20);
  w.parameters.b_0 = -40;  // goes
  w.parameters.kap_refuse = 1;
  w.parameters.kap_arrest = 1e9;
  w.parameters.th_p = 2;
  w.parameters.eta = 0.9;
  w.hosts[0].C = 0.8;
  support::add_event(w, 0, 6, 1, 2.0);
  support::add_event(w, 1, 12, 1, 2.0);
  return w;
}

CompareSettings allocate_settings(std::int64_t replicates) {
  CompareSettings s;
  s.seed = 7;
  s.replicates = replicates;
  s.threads = 2;
  return s;
}

}  // namespace

TEST_CASE("allocate: what a unit of effort prevents is what the equations of pressure and refusal say") {
  const agents::World w = two_events();
  const std::int64_t n = 40000;
  const std::vector<Place> where = places(agents::Stage(w), 12, allocate_settings(640));
  REQUIRE(where.size() == 2);
  CHECK(where[0].goes == 1);
  const Effort effort{3, 0.2, 0.5};
  const Allocation a = allocate(w, where, effort, allocate_settings(n));
  REQUIRE(a.at.size() == 2);

  // ODD.md, "Campaigns": the share of the budget that goes to the trip, the pressure it makes, the refusal.
  const double q = support::logistic(-1), Z = 1 - std::exp(-(0.5 * 2 + 0.05 * 2));
  const double score = Z * (0.5 * 4 * q * (1 - q) + 1 - 0.5), share = score / (w.parameters.s_0 + score);
  const double pressure = 0.9 * 0.8 * (1 - std::exp(-share * 3 * (1 - 0.2)));
  const double prevented = support::logistic(2 * pressure - 1) - q;
  CHECK(prevented > 0.1);
  CHECK(a.at[0].place.host == agents::host_id(0));
  CHECK(std::abs(a.at[0].prevented[0].mean - prevented) < 4 * std::sqrt(prevented * (1 - prevented) / n));
  CHECK(a.at[0].prevented[0].standard_error ==
        doctest::Approx(std::sqrt(prevented * (1 - prevented) / n)).epsilon(0.05).scale(0));
  CHECK(a.at[0].prevented[0].verdict() == Verdict::above);
  CHECK(a.at[0].there[0] == a.at[0].prevented[0].mean);
  CHECK(a.at[0].events[0][0] == a.at[0].prevented[0].mean);  // all of it at the first event
  // Without a civil society nothing comes of it, in any history.
  CHECK(a.at[1].prevented[0].mean == 0);
  CHECK(a.at[1].prevented[0].verdict() == Verdict::cannot_tell);
  CHECK(a.at[1].norm.verdict() == Verdict::cannot_tell);
}

TEST_CASE("allocate: a host that nobody travels to, or without a duty, is no place for effort") {
  agents::World w = two_events();
  w.hosts[1].membership.clear();
  const std::vector<Place> where = places(agents::Stage(w), 12, allocate_settings(640));
  REQUIRE(where.size() == 1);
  CHECK(where[0].host == agents::host_id(0));
}

TEST_CASE("allocate: a leader's announced trips are that leader's own") {
  agents::World w = two_events();
  support::add_leader(w, "other");
  w.events[1].leaders = {agents::leader_id(1)};
  const std::vector<Place> where = places(agents::Stage(w), 12, allocate_settings(640));
  REQUIRE(where.size() == 2);
  for (const Place& place : where) {
    CHECK(place.goes == 1);
    const bool first = place.host == agents::host_id(0);
    CHECK(place.by_leader == std::vector<double>{first ? 1.0 : 0.0, first ? 0.0 : 1.0});
  }
}

TEST_CASE("allocate: a trip counts where the duty comes before the visit, or goes, and not where nobody goes") {
  agents::World w = two_events();
  w.events[0].lead = w.events[1].lead = 4;  // announced in weeks 2 and 8
  w.hosts[0].membership = {{5, agents::no_end}};
  w.hosts[1].membership = {{0, 10}};
  w.parameters.kap_refuse = 1e9;
  CHECK(places(agents::Stage(w), 12, allocate_settings(64)).size() == 2);
  w.parameters.b_0 = 40;
  CHECK(places(agents::Stage(w), 12, allocate_settings(64)).empty());
}

TEST_CASE("allocate: each place has what its own effort prevents there, and the family is of places and leaders") {
  agents::World w = two_events();
  w.hosts[1].C = 0.4;
  support::add_leader(w, "other");
  for (agents::Event& e : w.events) e.leaders.push_back(agents::leader_id(1));
  const Allocation a =
      allocate(w, places(agents::Stage(w), 12, allocate_settings(64)), {3, 0.2, 0.5}, allocate_settings(2000));
  REQUIRE(a.at.size() == 2);
  for (const Allocation::At& at : a.at)
    for (std::size_t l = 0; l < 2; ++l) {
      const Effect& e = at.prevented[l];
      CHECK(e.mean > 0);
      CHECK(at.there[l] == e.mean);  // the leaders go nowhere else from there
      CHECK(e.high - e.mean == doctest::Approx(simultaneous_z(4) * e.standard_error));
    }
}

TEST_CASE("allocate: intervals of a family hold all at once") {
  CHECK(simultaneous_z(1) == doctest::Approx(1.959964).epsilon(1e-5));
  CHECK(2 * support::two_sided(simultaneous_z(12)) == doctest::Approx(0.1 / 12).epsilon(1e-3).scale(0));  // Bonferroni
}
