#include <doctest/doctest.h>

#include <cmath>

#include "agents/flight.hpp"
#include "agents/stage.hpp"
#include "agents/standing.hpp"
#include "tests/support/statistics.hpp"
#include "tests/support/worlds.hpp"

using namespace agents;
using support::d;

namespace {

const HostTerms& terms(const Stage& s, Week t, std::size_t h = 0, std::size_t l = 0) {
  return s.period(t).leaders[l].hosts[h];
}
}  // namespace

TEST_CASE("stage: duty needs a member in that week and a warrant") {
  World w = support::exchangeable_hosts(2, 30);
  w.hosts[0].membership = {{5, 10}, {20, no_end}};
  w.hosts[1].membership.clear();
  w.leaders[0].issue = 7;
  const Stage s(w);
  for (Week t = 0; t < 30; ++t) {
    CAPTURE(t);
    const bool expected = t >= 7 && ((t >= 5 && t < 10) || t >= 20);
    CHECK((terms(s, t).duty == 1) == expected);
    CHECK(s.period(t).has_duty[0] == expected);
    CHECK(s.period(t).per_host_with_duty == (expected ? 1 : 0));
    CHECK(terms(s, t, 1).duty == 0);
  }
}

TEST_CASE("stage: the fixed part of compliance is the equation without the stocks") {
  World w = support::exchangeable_hosts(1, 3);
  w.parameters = Parameters{};
  w.parameters.th_m = 1.4, w.parameters.th_a = 7;
  Host& h = w.hosts[0];
  h.J = 0.6, h.Q = 1, h.W = 0.3;
  Leader& l = w.leaders[0];
  l.R = 0.8, l.S = 0.5, l.Pi = -0.4;
  w.features = {"trade", "hostility"};
  w.dyads = {Eigen::MatrixXd(1, 2)};
  w.dyads[0] << 0.5, -1;
  w.stances = {{leader_id(0), host_id(0), StanceKind::own, {}, 0.5}};
  const double a0 = 0.12 * 0.5 - 0.5, a = a0 * (1 + 0.3 * 0.5 * (1 - 0.3));
  const double beyond_law = 2.5 * 0.3 * -0.4 - 7 * a - 0.5 * 0.8;
  CHECK(d(terms(Stage(w), 0).alliance) == doctest::Approx(a).epsilon(1e-6));
  CHECK(d(terms(Stage(w), 0).fixed) == doctest::Approx(1.4 + 1.5 * 0.6 + 1.0 + 0.8 * 0.5 + beyond_law).epsilon(1e-6));
  w.hosts[0].membership.clear();
  CHECK(d(terms(Stage(w), 0).fixed) == doctest::Approx(beyond_law).epsilon(1e-6));
}

TEST_CASE("stage: a government's own word goes before its organisations', and those are averaged") {
  World w = support::exchangeable_hosts(1, 20);
  const auto say = [&](StanceKind kind, Span when, double value) {
    w.stances.push_back({leader_id(0), host_id(0), kind, when, value});
  };
  say(StanceKind::organisation, {2, 10}, -1);
  say(StanceKind::organisation, {4, 10}, 1);
  say(StanceKind::own, {6, 8}, 0.5);
  const auto at = [&](Week t) { return stances(w, leader_id(0), t)[0]; };
  CHECK(at(1) == 0);
  CHECK(at(2) == -1);
  CHECK(at(4) == 0);
  CHECK(at(6) == 0.5);
  CHECK(at(8) == 0);
  CHECK(at(10) == 0);
}

TEST_CASE("stage: shocks on attributes last until the next and are cut to their range") {
  World w = support::exchangeable_hosts(2, 20);
  w.parameters.th_J = 1, w.parameters.rho_suit = 1;
  w.hosts[0].J = 0.5;
  w.leaders[0].lam = 0.4;
  w.shocks = {{.week = 3, .target = ShockTarget::J, .op = ShockOp::add, .value = 0.8, .host = 0},
              {.week = 5, .target = ShockTarget::lam, .op = ShockOp::multiply, .value = 0.5, .leader = 0},
              {.week = 7, .target = ShockTarget::J, .op = ShockOp::set, .value = 0.1, .host = 0},
              {.week = 9,
               .target = ShockTarget::feature,
               .op = ShockOp::set,
               .value = 7,
               .leader = 0,
               .host = 1,
               .feature = 0}};
  w.parameters.w_trade = 1;
  const Stage s(w);
  CHECK(terms(s, 2).fixed == 0.5f);
  CHECK(terms(s, 3).fixed == 1);
  CHECK(terms(s, 6).fixed == 1);
  CHECK(terms(s, 7).fixed == 0.1f);
  CHECK(s.period(3).suit_rate[0] == 0.5f);  // rho_suit J (1 + Q) / 2
  CHECK(s.period(4).leaders[0].lam == 0.4f);
  CHECK(s.period(5).leaders[0].lam == 0.2f);
  CHECK(terms(s, 8, 1).alliance == 0);
  CHECK(terms(s, 9, 1).alliance == 1);
  CHECK(terms(s, 9, 0).alliance == 0);
}

TEST_CASE("stage: what shocks make of an attribute stays in its range, which is a feature's own") {
  World w = support::exchangeable_hosts(1, 20);
  w.features = {"trade", "hostility"};
  w.dyads = {Eigen::MatrixXd::Zero(1, 2)};
  const auto add = [&](Week week, ShockTarget target, double value, int feature = -1) {
    Shock s{.week = week, .target = target, .op = ShockOp::add, .value = value, .leader = 0, .host = 0};
    s.feature = feature;
    w.shocks.push_back(s);
  };
  for (const auto& [week, by] : {std::pair{3, 5.0}, {6, -9.0}}) {
    for (const ShockTarget t : {ShockTarget::S, ShockTarget::Pi, ShockTarget::Q, ShockTarget::W}) add(week, t, by);
    add(week, ShockTarget::feature, by, 0);
    add(week, ShockTarget::feature, by, 1);
  }
  const auto at = [&](Week t) { return attributes_at(w, leader_id(0), host_id(0), t); };
  CHECK(at(2).S == 0);
  const Attributes most = at(3), least = at(6);
  CHECK(most.S == 1);
  CHECK(most.Pi == 1);
  CHECK(most.Q == 1);
  CHECK(most.W == 1);
  CHECK(most.features == std::vector<double>{1, 0});
  CHECK(least.S == 0);
  CHECK(least.Pi == -1);
  CHECK(least.Q == 0);
  CHECK(least.W == 0);
  CHECK(least.features == std::vector<double>{0, -1});
}

TEST_CASE("stage: a statement and a flight hold in their weeks") {
  World w = support::exchangeable_hosts(1, 20);
  w.parameters.th_B = 0.8;
  w.stances = {{leader_id(0), host_id(0), StanceKind::own, {4, 9}, 1}};
  w.flights = {{leader_id(0), host_id(0), {6, 12}, RouteKind::direct, 3, {}}};
  const Stage s(w);
  for (Week t = 0; t < 20; ++t) {
    CAPTURE(t);
    CHECK(terms(s, t).fixed == (t >= 4 && t < 9 ? 0.8f : 0));
    CHECK(terms(s, t).route.exists == (t >= 6 && t < 12));
  }
}

TEST_CASE("stage: a host has a duty if it has one towards any leader") {
  World w = support::exchangeable_hosts(2, 5);
  w.hosts[1].membership.clear();
  support::add_leader(w, "other");
  for (const std::size_t wanted : {0u, 1u}) {
    w.leaders[wanted].issue = 0, w.leaders[1 - wanted].issue = no_end;
    const Stage s(w);
    CHECK(s.period(0).has_duty == std::vector<bool>{true, false});
    CHECK(s.period(0).per_host_with_duty == 1);
  }
}

TEST_CASE("stage: ideas go by alliance, mass and distance, never home and never to a host that is not there") {
  World w = support::exchangeable_hosts(5, 10);
  Parameters& p = w.parameters;
  p.b_a = 3.5, p.b_m = 3, p.b_dist = 1.5, p.w_trade = 1;
  w.hosts[1].mass = 0.4, w.hosts[1].lat = 20;
  w.dyads[0](2, 0) = 0.3;
  p.iota = 0.3, w.leaders[0].S = 1;  // sanctions move hosts, not ideas
  w.hosts[3].name = w.leaders[0].home;
  w.hosts[4].exists = {5, no_end};
  const double km = great_circle_km(0, 0, 20, 0);
  const std::vector<double> g = {1, std::exp(3 * 0.4 - 1.5 * std::log(1 + km / 1000)), std::exp(3.5 * 0.3), 0, 1};
  const auto shares = [](AliasTable table) {
    std::vector<double> found(5, 0);
    double n = 0;
    for (std::uint64_t word = 0; word < (1ull << 32); word += 99991, ++n)
      ++found[table(static_cast<std::uint32_t>(word))];
    for (double& f : found) f /= n;
    return found;
  };
  CHECK(Stage(w).period(0).leaders[0].pull->bilateral().empty());  // no idea ever comes
  w.leaders[0].lam = 0.1;
  const Stage s(w);
  const std::vector<double> early = shares(s.period(0).leaders[0].pull->bilateral());
  const std::vector<double> late = shares(s.period(5).leaders[0].pull->bilateral());
  const double before = g[0] + g[1] + g[2];
  for (std::size_t h = 0; h < 5; ++h) {
    CAPTURE(h);
    CHECK(early[h] == doctest::Approx(h < 3 ? g[h] / before : 0).epsilon(2e-3));
    CHECK(late[h] == doctest::Approx(g[h] / (before + 1)).epsilon(2e-3));
  }
  // A second stop after host 0: not there again, and the nearer the likelier.
  const std::vector<double> next = shares(s.period(0).leaders[0].pull->second_stop({0}));
  const double near = g[1] * std::exp(-km / 1000);
  CHECK(next[0] == 0);
  CHECK(next[1] == doctest::Approx(near / (near + g[2])).epsilon(2e-3));
  // Nor to a host without a route.
  for (const std::size_t h : {1u, 2u}) w.flights.push_back({leader_id(0), host_id(h), {}, RouteKind::direct, 1, {}});
  const Stage flown(w);
  const std::vector<double> reached = shares(flown.period(5).leaders[0].pull->bilateral());
  for (std::size_t h = 0; h < 5; ++h)
    CHECK(reached[h] == doctest::Approx(h == 1 || h == 2 ? g[h] / (g[1] + g[2]) : 0).epsilon(2e-3));
}

TEST_CASE("stage: a route over states with a duty is exposed, and the leader takes the cheaper one") {
  World w = support::exchangeable_hosts(5, 10);
  Parameters& p = w.parameters;
  p.kap_arrest = 1.5, p.th_nu = 0.5, p.nu0 = 1.6, p.b_h = 0.1, p.em = 0.01;  // the public sees the norm at rest
  w.hosts[2].membership.clear();
  w.hosts[3].name = w.leaders[0].home;
  w.leaders[0].Lambda = 100;
  // Over host 1 (a duty), 2 (none), home and the destination itself: only host 1 counts.
  w.flights = {{leader_id(0),
                host_id(0),
                {},
                RouteKind::direct,
                6,
                {{host_id(1), 2}, {host_id(2), 1}, {host_id(3), 1}, {host_id(0), 1}}},
               {leader_id(0), host_id(0), {}, RouteKind::avoid, 8, {}},
               {leader_id(0), host_id(4), {}, RouteKind::direct, 6, {}},
               {leader_id(0), host_id(4), {}, RouteKind::avoid, 6, {}}};
  const double q = support::logistic(-1), exposure = 2 * q;
  {
    const Stage s(w);  // 0.2 utility of detour against 0.54 of danger
    const Route& r = terms(s, 0).route;
    CHECK(r.kind == RouteKind::avoid);
    CHECK(r.hours == 8);
    CHECK(r.detour_hours == 2);
    CHECK(r.exposure == 0);
    CHECK(r.p_divert == 0);
    CHECK(terms(s, 0, 4).route.kind == RouteKind::direct);  // a tie
    CHECK_FALSE(terms(s, 0, 2).route.exists);               // no line
  }
  w.leaders[0].Lambda = 10;
  const Stage s(w);
  const Route& r = terms(s, 0).route;
  CHECK(r.kind == RouteKind::direct);
  CHECK(r.detour_hours == 0);
  CHECK(d(r.exposure) == doctest::Approx(exposure).epsilon(1e-6));
  CHECK(d(r.p_divert) == doctest::Approx(1 - std::exp(-0.01 * 2)).epsilon(1e-6));
  REQUIRE(r.with_duty.size() == 1);
  CHECK(r.with_duty[0].host == host_id(1));
}

TEST_CASE("stage: an infinite loss from arrest does not spoil the choice between two safe routes") {
  World w = support::exchangeable_hosts(1, 5);
  w.parameters.b_h = 0.1, w.parameters.em = 0.01;
  w.leaders[0].Lambda = support::infinite;
  w.flights = {{leader_id(0), host_id(0), {}, RouteKind::direct, 6, {}},
               {leader_id(0), host_id(0), {}, RouteKind::avoid, 9, {}}};
  CHECK(terms(Stage(w), 0).route.kind == RouteKind::direct);
  CHECK(std::isfinite(Stage(w).Lambda[0]));  // times no danger it is none
}

TEST_CASE("stage: who has no flight line flies the great circle") {
  World w = support::exchangeable_hosts(1, 5);
  w.hosts[0].lat = 30;
  const Stage s(w);
  CHECK(d(terms(s, 0).route.hours) == doctest::Approx(great_circle_km(0, 0, 30, 0) / 850));
  CHECK(terms(s, 0).route.exposure == 0);
}

TEST_CASE("stage: stocks halve over their half-lives, or never") {
  const auto after = [](const Decay& decay, Week from, Week to) {  // what is left of 1
    float kept = decay.grown(from);
    for (Week t = from + 1; t <= to; ++t) kept *= decay.fold(t);
    return d(kept * decay.left(to));
  };
  const Decay d52 = Decay::halving(52, 520), never = Decay::halving(support::infinite, 520);
  CHECK(after(d52, 30, 30) == doctest::Approx(1).epsilon(1e-7));
  CHECK(after(d52, -1, 51) == doctest::Approx(0.5).epsilon(1e-7));
  CHECK(after(d52, 100, 204) == doctest::Approx(0.25).epsilon(1e-7));
  CHECK(after(never, 3, 519) == 1);
  CHECK(after(Decay::keeping(0.98, 100), 20, 30) == doctest::Approx(std::pow(0.98, 10)).epsilon(1e-6));
}

TEST_CASE("stage: the fastest stocks stay in float32 over the longest horizon") {
  for (const double half_life : {0.5, 1.0, 6.0}) {
    const Decay decay = Decay::halving(half_life, 520);
    float kept = 1;
    int folds = 0;
    for (Week t = 0; t < 520; ++t) {
      folds += decay.fold(t) != 1;
      kept *= decay.fold(t);
      CHECK(decay.grown(t) <= 0x1p61f);
      CHECK(d(decay.left(t) * decay.grown(t)) == doctest::Approx(1).epsilon(1e-6));
      if (t == 20) CHECK(d(kept * decay.left(t)) == doctest::Approx(std::exp2(-21 / half_life)).epsilon(1e-5));
    }
    CHECK(folds == (half_life == 0.5 ? 17 : half_life == 1 ? 8 : 1));
  }
  const Decay at_once = Decay::keeping(0, 10);  // g_I = 1
  CHECK(at_once.left(0) == 0x1p-60f);
}

TEST_CASE("stage: names that would share an address are named") {
  World w = support::exchangeable_hosts(3, 20);
  support::add_event(w, 0, 10, 2);
  CHECK(shared_addresses(w).empty());
  w.hosts[2].region = w.hosts[1].name;  // a region called like a host would share its resolve
  CHECK_FALSE(shared_addresses(w).empty());
}

TEST_CASE("stage: a feature without a weight is refused") {
  World w = support::exchangeable_hosts(1, 5);
  w.features = {"friendship"};
  CHECK_THROWS_AS(Stage{w}, std::invalid_argument);
}
