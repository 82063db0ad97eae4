#include <doctest/doctest.h>

#include "agents/calendar.hpp"
#include "tests/support/worlds.hpp"

using namespace agents;
using support::add_event;

TEST_CASE("calendar: stages with one trip id and host are one trip") {
  World w = support::exchangeable_hosts(2, 60);
  Event& a = add_event(w, 0, 22, 3, 1);
  a.trip = "autumn", a.days = 2, a.participants = 5, a.bound = 0.2, a.cover = 0.1;
  Event& b = add_event(w, 0, 20, 6, 2);
  b.trip = "autumn", b.days = 1, b.participants = 9, b.bound = 0.1, b.cover = 0.5;
  Event& c = add_event(w, 0, 23, 2, 1);
  c.trip = "autumn", c.participants = 3, c.days = 0, c.cover = 0.3;
  add_event(w, 1, 21, 4).trip = "autumn";  // elsewhere: a trip of its own
  const Calendar calendar = make_calendar(w, leader_id(0));
  REQUIRE(calendar.trips.size() == 2);
  const ScheduledTrip& t = calendar.trips[0];
  CHECK(t.start == 20);   // the earliest
  CHECK(t.opened == 14);  // by the longest lead
  CHECK(t.V == 4);
  CHECK(t.days == 3);
  CHECK(t.participants == 9);
  CHECK(t.bound == 0.2);
  CHECK(t.cover == 0.5);
  CHECK(t.stages == std::vector<std::uint16_t>{1, 0, 2});  // by start week
  CHECK(calendar.trips[1].host == host_id(1));
}

TEST_CASE("calendar: trips come by start week, then as the scenario lists them") {
  World w = support::exchangeable_hosts(3, 60);
  add_event(w, 0, 30, 2);
  add_event(w, 1, 10, 2);
  add_event(w, 2, 30, 9);
  const Calendar c = make_calendar(w, leader_id(0));
  REQUIRE(c.trips.size() == 3);
  CHECK(c.trips[0].host == host_id(1));
  CHECK(c.trips[1].host == host_id(0));
  CHECK(c.trips[2].host == host_id(2));
}

TEST_CASE("calendar: impossible trips are set aside, each with its reason") {
  World w = support::exchangeable_hosts(4, 60);
  w.hosts[0].name = w.leaders[0].home;
  w.hosts[1].exists = {30, no_end};
  w.flights = {{leader_id(0), host_id(1), {}, RouteKind::direct, 1, {}},
               {leader_id(0), host_id(3), {}, RouteKind::direct, 1, {}}};
  add_event(w, 0, 20, 2);  // at home
  add_event(w, 1, 29, 2);  // before the host exists
  add_event(w, 1, 30, 2);  // fine
  add_event(w, 2, 20, 2);  // no route
  add_event(w, 3, 0, 2);   // week 0
  add_event(w, 3, 1, 9);   // fine, and opened in week 0
  const Calendar c = make_calendar(w, leader_id(0));
  REQUIRE(c.trips.size() == 2);
  CHECK(c.trips[0].start == 1);
  CHECK(c.trips[0].opened == 0);
  CHECK(c.trips[1].start == 30);
  REQUIRE(c.ignored.size() == 4);
  for (const IgnoredStage& i : c.ignored) CHECK_FALSE(i.reason.empty());
}

TEST_CASE("calendar: only those invited find a trip in theirs") {
  World w = support::exchangeable_hosts(2, 60);
  support::add_leader(w, "other");
  add_event(w, 0, 10, 2).leaders = {leader_id(1)};
  add_event(w, 1, 20, 2);
  CHECK(make_calendar(w, leader_id(0)).trips.size() == 1);
  CHECK(make_calendar(w, leader_id(1)).trips.size() == 2);
}

TEST_CASE("calendar: a trip keeps its place in the luck when others come and go") {
  World w = support::exchangeable_hosts(2, 60);
  add_event(w, 0, 10, 2);
  const std::uint32_t alone = make_calendar(w, leader_id(0)).trips[0].place;
  w.events.insert(w.events.begin(), w.events[0]);
  w.events[0].name = "earlier", w.events[0].start = 5;
  CHECK(make_calendar(w, leader_id(0)).trips[1].place == alone);
}

TEST_CASE("calendar: a dated route serves its weeks only; who has no line at all reaches everybody") {
  World w = support::exchangeable_hosts(2, 60);
  CHECK(has_route(w, leader_id(0), host_id(1), 3));
  w.flights = {{leader_id(0), host_id(0), {5, 10}, RouteKind::direct, 1, {}}};
  CHECK_FALSE(has_route(w, leader_id(0), host_id(0), 4));
  CHECK(has_route(w, leader_id(0), host_id(0), 5));
  CHECK_FALSE(has_route(w, leader_id(0), host_id(0), 10));
  CHECK_FALSE(has_route(w, leader_id(0), host_id(1), 5));
}
