#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <string>

#include "sim/inference/patterns.hpp"

using namespace sim;
using doctest::Approx;

namespace {

constexpr std::array km = {1000.0, 3000.0, 9000.0};

/// Two years; host 2 is a member.
Travels example() {
  Travels t;
  t.weeks = 104;
  const auto visit = [&](agents::Week week, std::uint16_t host, bool scheduled, double days, bool cut_short = false) {
    t.visits.push_back({week, {host}, days, host == 2, scheduled, cut_short});
  };
  visit(10, 0, false, 1);
  visit(10, 1, false, 2);
  visit(30, 2, true, 3, true);
  visit(52, 0, true, 1);  // the first week of the second half
  visit(90, 2, false, 3);
  using Fate = CalendarOccasion::Fate;
  t.occasions = {{Fate::gone, true},       {Fate::gone, false},       {Fate::kept_away, true},
                 {Fate::delegate, false},  {Fate::own_choice, false}, {Fate::own_choice, true, false},
                 {Fate::own_choice, true}, {Fate::delegate, false}};
  return t;
}

double figure(std::string_view name, const Travels& t) {
  for (const Regularity& r : regularities())
    if (r.name == name) return r.of(t, km);
  FAIL("no regularity " << std::string(name));
  return 0;
}

}  // namespace

TEST_CASE("patterns: the figures of two years, counted by hand") {
  const Travels t = example();
  const double years = 104 * 7 / 365.25;
  CHECK(figure("visits", t) == Approx(5 / years));
  CHECK(figure("visits to members", t) == Approx(2 / years));
  CHECK(figure("members among visits", t) == Approx(0.4));
  CHECK(figure("first visit", t) == 10);
  CHECK(figure("first visit to a member", t) == 30);
  CHECK(figure("hosts visited", t) == 3);
  CHECK(figure("first host", t) == Approx(0.4));
  CHECK(figure("first five hosts", t) == 1);
  CHECK(figure("median distance", t) == 3000);
  CHECK(figure("far distance", t) == 9000);
  CHECK(figure("median gap", t) == 21);
  CHECK(figure("longest gap", t) == 38);
  CHECK(figure("same week", t) == 0.25);
  CHECK(figure("early half", t) == Approx(0.6));
  CHECK(figure("events at members", t) == 0.25);
  CHECK(figure("events at non-members", t) == 0.25);
  CHECK(figure("kept away", t) == 0.2);  // of the five not gone to that somebody told of
  CHECK(figure("delegated", t) == 0.4);
  CHECK(figure("bilateral visits", t) == Approx(0.6));
  CHECK(figure("members among bilateral", t) == Approx(1.0 / 3));
  CHECK(figure("stay", t) == 2);
  CHECK(figure("cut short", t) == 0.5);
  // 26 months with 5 visits, two of them in one: mean 5/26, sum of squares 7
  CHECK(figure("dispersion", t) == Approx((7 - 25.0 / 26) / 25 / (5.0 / 26)));
}

TEST_CASE("patterns: who never travels has few figures") {
  const Travels home{104, {}, {}};
  CHECK(figure("visits", home) == 0);
  CHECK(figure("first visit", home) == 104);
  CHECK(figure("first visit to a member", home) == 104);
  for (const char* name : {"members among visits", "first host", "median distance", "longest gap", "dispersion",
                           "events at members", "kept away", "bilateral visits", "stay", "cut short"})
    CHECK(std::isnan(figure(name, home)));
}

TEST_CASE("patterns: a record is placed among the histories by both tails, ties in either") {
  std::vector<double> histories;
  for (int i = 1; i <= 100; ++i) histories.push_back(i);
  CHECK(place(50, histories).below == 0.5);
  CHECK(place(50, histories).above == Approx(0.51));
  CHECK(place(5, histories).inside());
  CHECK(!place(4, histories).inside());
  CHECK(place(96, histories).inside());
  CHECK(!place(97, histories).inside());
  CHECK(place(5, histories).median == 50.5);
  const std::vector<double> mostly_none(20, 0.0);
  CHECK(place(0, mostly_none).tail() == 1);
  CHECK(place(1, mostly_none).tail() == 0);
  const double nan = std::nan("");
  const std::vector<double> some = {nan, 1, 3, nan};
  CHECK(place(2, some).defined == 0.5);
  CHECK(place(2, some).median == 2);
  CHECK(!place(2, std::vector<double>{nan}).inside());
  CHECK(!place(nan, histories).inside());
  CHECK(place(0.3, std::vector{0.1 + 0.2, 0.5}).below == 0.5);  // one figure, reached in two ways
  CHECK(place(0.1 + 0.2, std::vector{0.3, 0.1}).above == 0.5);
}

TEST_CASE("patterns: a journey is made when the visit is") {
  agents::Decision d{
      .leader = {0}, .host = {3}, .event = 2, .outcome = agents::Outcome::cut_short, .week = 4, .week_out = 9};
  d.duty = true, d.days = 1.5f;
  const Journey j = journey(d);
  CHECK(j.week == 9);
  CHECK(j.host == agents::HostId{3});
  CHECK(j.days == 1.5);
  CHECK(j.member);
  CHECK(j.scheduled);
  CHECK(j.cut_short);
}
