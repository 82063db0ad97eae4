#include <doctest/doctest.h>

#include <algorithm>

#include "scenarios/format.hpp"
#include "scenarios/load.hpp"
#include "tests/scenarios/shipped.hpp"

using namespace scenarios;

namespace {

Scenario from(const std::string& text, const std::vector<std::string>& sets = {}) {
  return loader().load_text(text, "my.toml", sets);
}

const std::string putin = "start = 2025-01-01\nweeks = 104\n[leaders.putin]\n";

const agents::Host& host(const Scenario& s, const std::string& code) {
  for (const agents::Host& one : s.world.hosts)
    if (one.name == code) return one;
  throw std::runtime_error("no " + code);
}
int row(const Scenario& s, const std::string& code) { return static_cast<int>(&host(s, code) - s.world.hosts.data()); }

bool notes(const Scenario& s, const std::string& part) {
  for (const std::string& note : s.notes)
    if (note.find(part) != note.npos) return true;
  return false;
}

}  // namespace

TEST_CASE("load: the smallest scenario is the shipped world with every default") {
  const Scenario s = from(putin);
  CHECK(s.title == "my");
  CHECK(s.name == "my");
  CHECK(s.run == RunSettings{1, 100'000});
  CHECK(s.world.weeks == 104);
  CHECK(s.world.hosts.size() == 197);
  CHECK(s.host_names.size() == 197);
  CHECK(s.world.features.size() == 10);
  CHECK(s.world.events.empty());
  REQUIRE(s.world.leaders.size() == 1);
  const agents::Leader& leader = s.world.leaders[0];
  CHECK(leader.name == "putin");
  CHECK(leader.home == "RUS");
  CHECK(leader.Lambda == 200);
  CHECK(leader.D == 10000);
  CHECK(leader.issue == -93);  // 2023-03-17 is 93 weeks and 5 days before
  CHECK(s.leader_labels[0].name == "Vladimir Putin");
  CHECK(s.world.reach.rows() == static_cast<int>(s.world.ngos.size()));
  const auto& flights = s.world.flights;
  CHECK(
      std::any_of(flights.begin(), flights.end(), [](const auto& f) { return f.route == agents::RouteKind::direct; }));
  CHECK(std::any_of(flights.begin(), flights.end(), [](const auto& f) { return f.route == agents::RouteKind::avoid; }));
  REQUIRE(s.closures.size() == 1);
  CHECK(s.closures.front().find("has no way to AND AUT BIH CHE CZE HUN LIE") != std::string::npos);
  CHECK(s.notes.empty());
}

TEST_CASE("load: the horizon holds the last day") {
  CHECK(from("start = 2025-01-01\nend = 2025-01-01\n[leaders.putin]\n").world.weeks == 1);
  CHECK(from("start = 2025-01-01\nend = 2025-01-07\n[leaders.putin]\n").world.weeks == 1);
  CHECK(from("start = 2025-01-01\nend = 2025-01-08\n[leaders.putin]\n").world.weeks == 2);
  CHECK(from("start = 2025-01-01\nend = 2025-12-31\n[leaders.putin]\n", {"weeks = 5"}).world.weeks ==
        5);  // the later layer's
  CHECK(from(putin, {"end = 2025-01-08"}).world.weeks == 2);
}

TEST_CASE("load: settings come one after the other, and the last of a key counts") {
  const Scenario s = from(putin, {"parameters.th_J = 2", "parameters.th_Q = 3", "parameters.th_J = 1"});
  CHECK(s.world.parameters.th_J == 1);
  CHECK(s.world.parameters.th_Q == 3);
}

TEST_CASE("load: the norm has decayed since the first leader's warrant") {
  CHECK(from("start = 2023-03-17\nweeks = 1\n[leaders.putin]\n").world.parameters.nu0 == 1.6);
  CHECK(from("start = 2025-03-14\nweeks = 1\n[leaders.putin]\n").world.parameters.nu0 ==
        doctest::Approx(1.3));  // 104 weeks
  // The first leader's, whoever follows.
  CHECK(from("start = 2025-03-14\nweeks = 1\n[leaders.putin]\n[leaders.netanyahu]\n").world.parameters.nu0 ==
        doctest::Approx(1.3));
  CHECK(from(putin + "[parameters]\nH_nu = inf\n").world.parameters.nu0 == doctest::Approx(1.6));
  CHECK(from(putin + "[parameters]\nnu_bar = 1.8\nH_nu = inf\n").world.parameters.nu0 == 2);
  CHECK(from(putin + "[parameters]\nnu0 = 0.7\n").world.parameters.nu0 == 0.7);
  CHECK(from(putin + "warrant = false\n").world.parameters.nu0 == 1);
  const Scenario later = from(putin + "warrant = 2025-06-01\n");
  CHECK(later.world.parameters.nu0 == 1);
  CHECK(notes(later, "comes after the start"));
}

TEST_CASE("load: without a warrant the week of issue is never reached") {
  const Scenario s = from(putin + "warrant = false\n");
  CHECK(s.world.leaders[0].issue == s.world.weeks);
  CHECK_FALSE(s.leader_labels[0].warrant);
}

TEST_CASE("load: a leader of one's own needs home and warrant and takes the parameters' defaults") {
  const Scenario s = from(
      "start = 2025-01-01\nweeks = 10\n[leaders.other]\nhome = \"RUS\"\nwarrant = 2025-01-15\n[parameters]\nlam = "
      "0.2\nD = 500\nLambda = inf\n");
  const agents::Leader& leader = s.world.leaders[0];
  CHECK(leader.issue == 2);
  CHECK(leader.lam == 0.2);
  CHECK(leader.D == 500);
  CHECK(leader.Lambda == std::numeric_limits<double>::infinity());
  CHECK(leader.R == 0);
  CHECK(s.leader_labels[0].name == "other");
}

TEST_CASE("load: what a scenario says about a host replaces the shipped fact, and nothing else") {
  const Scenario before = from(putin);
  const Scenario s = from(putin + R"([hosts.MNG]
western_dependence = 0.25
implementing_legislation = false
region = "Steppe"
member = [{from = 2025-03-05, to = 2025-06-02}, {to = 2003-01-01}]
exists = {to = 2026-01-01}
[hosts.ZAF]
member = false
[hosts.USA]
member = true
)");
  const agents::Host& mongolia = host(s, "MNG");
  CHECK(mongolia.W == 0.25);
  CHECK(mongolia.Q == 0);
  CHECK(mongolia.J == host(before, "MNG").J);
  CHECK(mongolia.region == "Steppe");
  REQUIRE(mongolia.membership.size() == 2);
  CHECK(mongolia.membership[0] == agents::Span{agents::no_start, -1148});
  CHECK(mongolia.membership[1] ==
        agents::Span{9, 22});  // Wednesday of week 9; Monday of week 21, so first day of week 22
  CHECK(mongolia.exists == agents::Span{agents::no_start, 53});
  CHECK(host(s, "ZAF").membership.empty());
  CHECK(host(s, "USA").membership == std::vector{agents::Span{}});
  CHECK(host(s, "BRA").membership == host(before, "BRA").membership);
}

TEST_CASE("load: a region of one host is its own, but told where it is almost another's name") {
  const std::string region = std::string(putin) + "[hosts.MNG]\nregion = ";
  CHECK(notes(from(region + "\"East Aisa\"\n"),
              "host MNG is alone in the region 'East Aisa': did you mean 'East Asia'?"));
  CHECK(!notes(from(region + "\"Steppe\"\n"), "is alone in the region"));
  CHECK(!notes(from(putin), "is alone in the region"));
}

TEST_CASE("load: a value that the scenario sets is not undone by a shipped dated change") {
  const auto changes_of_pressure = [](const Scenario& s) {
    int n = 0;
    for (const agents::Shock& shock : s.world.shocks) n += shock.target == agents::ShockTarget::Pi;
    return n;
  };
  CHECK(changes_of_pressure(from(putin)) == 1);  // 2025-01-20
  CHECK(changes_of_pressure(from(putin + "western_pressure = 0.9\n")) == 0);
  CHECK(changes_of_pressure(from(putin + "sanctions = 0.9\n")) == 1);

  const auto changes = [](const Scenario& s, agents::ShockTarget target, const std::string& code) {
    int n = 0;
    for (const agents::Shock& shock : s.world.shocks) n += shock.target == target && shock.host == row(s, code);
    return n;
  };
  const std::string early = "start = 2023-03-17\nweeks = 104\n[leaders.putin]\n[leaders.netanyahu]\n";
  CHECK(changes(from(early), agents::ShockTarget::W, "FIN") == 1);  // joins NATO
  const Scenario set = from(early + "[hosts.FIN]\nwestern_dependence = 0.3\n[dyads.putin.COL]\nhostility = -0.5\n");
  CHECK(changes(set, agents::ShockTarget::W, "FIN") == 0);
  CHECK(changes(set, agents::ShockTarget::W, "SWE") == 1);
  CHECK(changes(set, agents::ShockTarget::feature, "COL") == 1);  // Israel's: another leader's
}

TEST_CASE("load: a leader lives in the capital of the home state, wherever a scenario puts it") {
  const Scenario s = from(putin + "[hosts.RUS]\nlatitude = 10\nlongitude = 20\n");
  CHECK(s.world.leaders[0].lat == 10);
  CHECK(s.world.leaders[0].lon == 20);
}

TEST_CASE("load: a bloc's stance is of those who belong to it when it begins") {
  const auto members = [](const std::string& from_date) {
    const Scenario s = from(
        "start = 2023-03-17\nweeks = 104\n[leaders.putin]\n[[stances]]\nbloc = \"NATO\"\nvalue = 0.25\n" + from_date);
    std::vector<bool> found;
    for (const char* code : {"DEU", "FIN", "SWE"})
      found.push_back(std::any_of(s.world.stances.begin(), s.world.stances.end(), [&](const agents::Stance& stance) {
        return stance.host.index == row(s, code) && stance.value == 0.25 && stance.leader.index == 0 &&
               stance.kind == agents::StanceKind::organisation &&
               stance.when.from == (from_date.empty() ? agents::no_start : 41);
      }));
    return found;
  };
  CHECK(members("") == std::vector<bool>{true, false, false});
  CHECK(members("from = 2023-12-29\n") == std::vector<bool>{true, true, false});
}

TEST_CASE("load: dyads and NGOs change, come and go") {
  const Scenario s = from(putin + R"([dyads.putin.MNG]
pact = 1
hostility = -0.5
[ngos.amnesty]
reach = {MNG = 0.125}
[ngos.hrw]
remove = true
[ngos.local]
budget = 0.25
reach = {default = 0.5, MNG = 1}
)");
  const Scenario before = from(putin);
  const auto mongolia = row(s, "MNG");
  CHECK(s.world.dyads[0](mongolia, 1) == 1);
  CHECK(s.world.dyads[0](mongolia, 8) == -0.5);
  CHECK(s.world.dyads[0](mongolia, 0) == before.world.dyads[0](mongolia, 0));
  REQUIRE(s.world.ngos.size() == before.world.ngos.size());
  CHECK(s.world.ngos.front().name == "amnesty");
  CHECK(s.world.reach(0, mongolia) == 0.125);
  CHECK(s.world.reach(0, mongolia + 1) == before.world.reach(0, mongolia + 1));
  for (const agents::Ngo& ngo : s.world.ngos) CHECK(ngo.name != "hrw");
  CHECK(s.world.ngos[1].name == before.world.ngos[2].name);
  CHECK(s.world.reach.row(1) == before.world.reach.row(2));
  const auto last = static_cast<int>(s.world.ngos.size()) - 1;
  CHECK(s.world.ngos.back().B == 0.25);
  CHECK(s.world.reach(last, mongolia) == 1);
  CHECK(s.world.reach(last, 0) == 0.5);
  const Scenario narrow = from(putin + "[ngos.local]\nreach = {MNG = 1}\n");
  CHECK(narrow.world.reach.row(narrow.world.reach.rows() - 1).sum() == 1);  // nobody else
  CHECK(notes(s, "budgets sum to"));
}

TEST_CASE("load: to remove a leader or an NGO is enough, whatever is said of it") {
  const std::string both = putin + R"([leaders.netanyahu]
[dyads.netanyahu.MNG]
pact = 1
[events]
talks = {start = 2025-03-01, host = "EGY", leaders = ["netanyahu", "putin"]}
alone = {start = 2025-04-01, host = "EGY", leaders = ["netanyahu"]}
[[stances]]
leader = "netanyahu"
host = "MNG"
value = 1
[[stances]]
host = "MNG"
value = -1
[[shocks]]
date = 2025-02-01
target = "S"
value = 0.5
leader = "netanyahu"
[[shocks]]
date = 2025-02-01
target = "B"
value = 2
ngo = "hrw"
)";
  const Scenario s = from(both, {"leaders.netanyahu.remove=true", "ngos.hrw.remove=true"});
  const Scenario plain = from(putin, {"ngos.hrw.remove=true"});
  REQUIRE(s.world.leaders.size() == 1);
  CHECK(s.world.leaders[0].name == "putin");
  CHECK(s.world.events[0].leaders == std::vector<agents::LeaderId>{{0}});
  CHECK(notes(s, "event alone: no leader of the scenario is invited"));
  CHECK(s.world.stances.size() == plain.world.stances.size() + 1);
  CHECK(s.world.shocks.size() == plain.world.shocks.size());
  CHECK(from(both, {"leaders.netanyahu.remove=true", "leaders.netanyahu.remove=false"}).world.leaders.size() == 2);
}

TEST_CASE("load: a stance that no week of the scenario sees is told") {
  const auto stance = [](const std::string& when) {
    return from(putin + "[[stances]]\nhost = \"MNG\"\nvalue = 1\n" + when);
  };
  const std::string lost = "in force on the first day of no week of the scenario, ignored";
  CHECK(notes(stance("from = 2052-01-01\n"), "stance of MNG from 2052-01-01: " + lost));
  CHECK(notes(stance("to = 2025-01-01\n"), "stance of MNG to 2025-01-01: " + lost));
  CHECK(notes(stance("from = 2025-01-02\nto = 2025-01-08\n"), lost));
  CHECK(!notes(stance("from = 2025-01-02\nto = 2025-01-09\n"), lost));
  CHECK(!notes(stance("to = 2025-01-02\n"), lost));
  CHECK(!notes(stance(""), lost));
}

TEST_CASE("load: events take their kind's defaults, invite by name or bloc, and stay in the order of the file") {
  const Scenario s = from(R"(start = 2025-01-01
weeks = 104
[leaders.putin]
[leaders.netanyahu]
[events]
z = {start = 2025-02-04, host = "BRA", kind = "brics_summit", blocs = ["BRICS"]}
a = {start = 2025-02-05, host = "MNG", value = 0.75, trip = "east"}
m = {start = 2025-02-06, host = "ISR", leaders = ["putin", "netanyahu"]}
early = {start = 2025-01-02, host = "CHN"}
late = {start = 2027-01-02, host = "CHN"}
gone = {start = 2025-03-02, host = "CHN"}
)",
                          {"events.gone.remove=true"});
  REQUIRE(s.world.events.size() == 5);
  const agents::Event& summit = s.world.events[0];
  CHECK(summit.name == "z");
  CHECK(summit.start == 4);  // the week of 29 January to 4 February
  CHECK(summit.V == 2.5);
  CHECK(summit.lead == 10);
  CHECK(summit.cover == 0.3);
  CHECK(summit.leaders == std::vector<agents::LeaderId>{{0}});
  CHECK(s.event_labels[0].kind == "brics_summit");
  const agents::Event& plain = s.world.events[1];
  CHECK(plain.start == 5);
  CHECK(plain.V == 0.75);
  CHECK(plain.lead == 4);
  CHECK(plain.trip == "east");
  CHECK(plain.leaders.size() == 2);
  CHECK(notes(s, "calendar of netanyahu: left out (it is at home): m"));
  CHECK(notes(s, "calendar of putin: left out (it starts in week 0 or before): early"));
  CHECK(notes(s, "event late: begins after the last week; what is announced by then stays pending"));
}

TEST_CASE("load: a bloc invites those who belong to it on the day of the event") {
  const Scenario s = from(
      "start = 2010-03-01\nweeks = 60\n[leaders.netanyahu]\n"
      "[events]\nbefore = {start = 2010-09-06, host = \"FRA\", blocs = [\"OECD\"]}\n"
      "after = {start = 2010-09-07, host = \"FRA\", blocs = [\"OECD\"]}\n");  // Israel joins that day
  REQUIRE(s.world.events.size() == 2);
  CHECK(s.world.events[0].leaders.empty());
  CHECK(s.world.events[1].leaders.size() == 1);
}

TEST_CASE("load: stages that hardly make one trip, and leaders that cannot be told apart, are noted") {
  const std::string head = "start = 2025-01-01\nweeks = 60\n[leaders.putin]\n";
  const auto stage = [](const std::string& name, const std::string& date, const std::string& host) {
    return "[events." + name + "]\nstart = " + date + "\nhost = \"" + host + "\"\ndays = 2\ntrip = \"x\"\n";
  };
  const auto told = [&](const std::string& second) { return from(head + stage("a", "2025-03-03", "MNG") + second); };
  CHECK(told(stage("b", "2025-03-05", "MNG")).notes.empty());
  CHECK(notes(told(stage("b", "2025-05-05", "MNG")), "trip x: stages a and b lie 61 days apart and are one trip"));
  CHECK(notes(told(stage("b", "2025-03-03", "MNG")), "trip x: stages a and b overlap"));
  CHECK(notes(told(stage("b", "2025-03-05", "CHN")), "trip x: its stages are at several hosts (CHN, MNG)"));
  CHECK(notes(from("start = 2025-01-01\nweeks = 60\n[leaders.putin]\nrefused_by = [\"RUS\"]\n"),
              "refused_by names RUS, the leader's own home"));
  CHECK(notes(from(head + "name = \"A\"\n[leaders.netanyahu]\nname = \"A\"\n"),
              "leaders putin and netanyahu have one name, 'A'"));
}

TEST_CASE("load: stances and shocks are added to the shipped ones, for all leaders unless one is named") {
  const std::string two = "start = 2025-01-01\nweeks = 104\n[leaders.putin]\n[leaders.netanyahu]\n";
  const Scenario before = from(two);
  const Scenario s = from(two + R"([[stances]]
bloc = "BRICS"
value = -1
from = 2025-02-01
[[stances]]
leader = "netanyahu"
host = "MNG"
value = 0.5
[[shocks]]
date = 2025-01-09
target = "feature"
feature = "hostility"
host = "MNG"
value = -0.25
[[shocks]]
date = 2025-01-01
target = "B"
op = "multiply"
value = 0.5
[[shocks]]
date = 2024-12-31
target = "government"
host = "MNG"
[[shocks]]
date = 2025-01-03
target = "nu"
op = "add"
value = 0.5
)");
  CHECK(s.world.stances.size() > before.world.stances.size() + 2 * 9);  // ten members, two leaders
  const agents::Stance& own = s.world.stances.back();
  CHECK(own.kind == agents::StanceKind::own);
  CHECK(own.leader.index == 1);
  CHECK(own.when == agents::Span{});
  CHECK(s.world.stances[s.world.stances.size() - 2].kind == agents::StanceKind::organisation);
  CHECK(s.world.stances[s.world.stances.size() - 2].when.from == 5);
  CHECK(s.world.shocks.size() == before.world.shocks.size() + 5);  // B, nu, hostility twice, government in week 0
  for (std::size_t i = 1; i < s.world.shocks.size(); ++i) CHECK(s.world.shocks[i - 1].week <= s.world.shocks[i].week);
  int hostile = 0;
  for (const agents::Shock& shock : s.world.shocks)
    if (shock.target == agents::ShockTarget::feature && shock.host == row(s, "MNG")) {
      CHECK(shock.week == 2);
      CHECK(shock.leader == hostile++);
      CHECK(shock.feature == 8);
      CHECK(shock.value == -0.25);
    }
  CHECK(hostile == 2);
}

TEST_CASE("load: a shock outside the horizon is left out, and said so") {
  const std::string early = "[[shocks]]\ndate = 2024-12-01\ntarget = \"nu\"\nvalue = 1\n";
  const Scenario s = from(putin + early);
  CHECK(s.world.shocks.size() == from(putin).world.shocks.size());
  CHECK(notes(s, "shock of 2024-12-01 on nu: outside the horizon"));
}

TEST_CASE("load: a scenario extends another, key by key, and inherited events come first") {
  const Scenario base = from("extends = \"dushanbe_2025.toml\"\n");
  const Scenario s = from(R"(extends = "dushanbe_2025.toml"
title = "Two"
weeks = 60
[events.aaa]
start = 2025-03-03
host = "MNG"
[events.eaeu_2025]
value = 0.5
[leaders.putin]
sanctions = 0.1
)");
  CHECK(s.title == "Two");
  CHECK(s.world.weeks == 60);
  CHECK(s.run.seed == base.run.seed);
  REQUIRE(s.world.events.size() == base.world.events.size() + 1);
  CHECK(s.world.events.back().name == "aaa");
  for (std::size_t i = 0; i < base.world.events.size(); ++i) {
    CHECK(s.world.events[i].name == base.world.events[i].name);
    CHECK((s.world.events[i].V == base.world.events[i].V) == (s.world.events[i].name != "eaeu_2025"));
  }
}

TEST_CASE("load: every shipped case loads, and its calendar loses nothing by mistake") {
  Loader loader({house / "scenarios/world", house / "scenarios/cases"});
  int n = 0;
  for (const auto& entry : std::filesystem::directory_iterator(house / "scenarios/cases")) {
    if (entry.path().extension() != ".toml") continue;
    CAPTURE(entry.path().filename().string());
    const Scenario s = loader.load(entry.path());
    CHECK_FALSE(s.title.empty());
    CHECK_FALSE(notes(s, "no leader of the scenario is invited"));
    CHECK_FALSE(notes(s, "its host does not exist then"));
    ++n;
  }
  CHECK(n >= 6);
  CHECK(loader.load("dushanbe_2025").world.leaders.size() == 1);  // a shipped case goes by its name
}

TEST_CASE("load: the pages of the format are those committed") {
  CHECK(format_page() == text_of(house / "scenarios/FORMAT.md"));
  CHECK(json_schema() == text_of(house / "scenarios/scenario.schema.json"));
}

TEST_CASE("load: the examples of the format page load") {
  std::string page = text_of(house / "scenarios/FORMAT.md");
  page.resize(page.find("## Sweeps"));  // whose example is a design: test_sweep.cpp
  int n = 0;
  for (std::size_t at; (at = page.find("```toml\n")) != page.npos; ++n) {
    page.erase(0, at + 8);
    CHECK_NOTHROW(from(page.substr(0, page.find("```"))));
  }
  CHECK(n == 2);
}
