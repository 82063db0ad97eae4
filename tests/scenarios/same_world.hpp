// Two worlds, field by field; and a scenario that uses every corner of the format.
#pragma once
#include <doctest/doctest.h>

#include "agents/world.hpp"

inline void check_same_world(const agents::World& a, const agents::World& b) {
  CHECK(a.weeks == b.weeks);
  REQUIRE(a.hosts.size() == b.hosts.size());
  for (std::size_t i = 0; i < a.hosts.size(); ++i) {
    const agents::Host &x = a.hosts[i], &y = b.hosts[i];
    CAPTURE(y.name);
    CHECK(x.name == y.name);
    CHECK(x.region == y.region);
    CHECK(x.lat == y.lat);
    CHECK(x.lon == y.lon);
    CHECK(x.exists == y.exists);
    CHECK(x.membership == y.membership);
    CHECK(x.J == y.J);
    CHECK(x.Q == y.Q);
    CHECK(x.C == y.C);
    CHECK(x.W == y.W);
    CHECK(x.mass == y.mass);
  }
  REQUIRE(a.leaders.size() == b.leaders.size());
  for (std::size_t i = 0; i < a.leaders.size(); ++i) {
    const agents::Leader &x = a.leaders[i], &y = b.leaders[i];
    CHECK(x.name == y.name);
    CHECK(x.home == y.home);
    CHECK(x.lat == y.lat);
    CHECK(x.lon == y.lon);
    CHECK(x.issue == y.issue);
    CHECK(x.R == y.R);
    CHECK(x.Lambda == y.Lambda);
    CHECK(x.S == y.S);
    CHECK(x.Pi == y.Pi);
    CHECK(x.lam == y.lam);
    CHECK(x.D == y.D);
  }
  CHECK(a.features == b.features);
  REQUIRE(a.dyads.size() == b.dyads.size());
  for (std::size_t i = 0; i < a.dyads.size(); ++i) CHECK(a.dyads[i] == b.dyads[i]);
  REQUIRE(a.stances.size() == b.stances.size());
  for (std::size_t i = 0; i < a.stances.size(); ++i) {
    const agents::Stance &x = a.stances[i], &y = b.stances[i];
    CHECK((x.leader == y.leader && x.host == y.host && x.kind == y.kind && x.when == y.when && x.value == y.value));
  }
  REQUIRE(a.flights.size() == b.flights.size());
  for (std::size_t i = 0; i < a.flights.size(); ++i) {
    const agents::Flight &x = a.flights[i], &y = b.flights[i];
    CHECK((x.leader == y.leader && x.host == y.host && x.when == y.when && x.route == y.route && x.hours == y.hours));
    REQUIRE(x.over.size() == y.over.size());
    for (std::size_t j = 0; j < x.over.size(); ++j)
      CHECK((x.over[j].host == y.over[j].host && x.over[j].hours == y.over[j].hours));
  }
  REQUIRE(a.ngos.size() == b.ngos.size());
  for (std::size_t i = 0; i < a.ngos.size(); ++i) {
    const agents::Ngo &x = a.ngos[i], &y = b.ngos[i];
    CHECK((x.name == y.name && x.B == y.B && x.y == y.y && x.omega == y.omega));
  }
  REQUIRE(a.reach.rows() == b.reach.rows());
  CHECK(a.reach == b.reach);
  REQUIRE(a.events.size() == b.events.size());
  for (std::size_t i = 0; i < a.events.size(); ++i) {
    const agents::Event &x = a.events[i], &y = b.events[i];
    CAPTURE(y.name);
    CHECK((x.name == y.name && x.start == y.start && x.days == y.days && x.host == y.host && x.V == y.V));
    CHECK((x.lead == y.lead && x.participants == y.participants && x.leaders == y.leaders));
    CHECK((x.bound == y.bound && x.cover == y.cover && x.trip == y.trip));
  }
  REQUIRE(a.shocks.size() == b.shocks.size());
  for (std::size_t i = 0; i < a.shocks.size(); ++i) {
    const agents::Shock &x = a.shocks[i], &y = b.shocks[i];
    CAPTURE(i);
    CHECK((x.week == y.week && x.target == y.target && x.op == y.op && x.value == y.value));
    CHECK((x.leader == y.leader && x.host == y.host && x.ngo == y.ngo && x.feature == y.feature));
  }
  for (const agents::Parameter& p : agents::parameter_table()) CHECK(a.parameters.*p.member == b.parameters.*p.member);
}

inline constexpr const char* everything = R"(title = "Commas, \"quotes\" and #: Ünïcödé"
start = 2025-01-01
end = 2026-06-30
[run]
seed = 7
replicates = 10
[parameters]
H_nu = inf
th_J = 0.1
[leaders.putin]
western_pressure = 0.3
[leaders.netanyahu]
loss = inf
[leaders.third]
home = "SDN"
warrant = false
[hosts.MNG]
name = "Mongolia, the steppe"
member = true
western_dependence = 0.3333333333333333
[hosts.SSD]
exists = {from = 2025-02-01}
member = [{from = 2025-03-01, to = 2025-09-01}, {from = 2026-01-01}]
[hosts.ZAF]
member = false
implementing_legislation = false
[dyads.putin.MNG]
pact = 1
hostility = -0.7
[ngos.hrw]
remove = true
[ngos.local]
budget = 0.25
reach = {default = 0.1, MNG = 0.9}
[events.a]
start = 2025-02-05
host = "MNG"
name = "One, \"two\""
kind = "state_visit"
trip = "east"
[events.nobody]
start = 2025-02-05
host = "MNG"
leaders = []
[[stances]]
bloc = "BRICS"
value = -1
[[shocks]]
date = 2025-01-20
target = "nu"
op = "add"
value = 0.2
[[shocks]]
date = 2025-01-20
target = "S"
leader = "netanyahu"
value = 0.2
[[shocks]]
date = 2025-03-01
target = "B"
ngo = "local"
op = "multiply"
value = 2
[[shocks]]
date = 2025-03-01
target = "delta"
host = "MNG"
value = -0.1
[[shocks]]
date = 2025-03-01
target = "feature"
feature = "trade"
host = "MNG"
value = 0.1
[[shocks]]
date = 2025-04-01
target = "government"
host = "MNG"
)";
