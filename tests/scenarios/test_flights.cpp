#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "agents/flight.hpp"
#include "agents/stage.hpp"
#include "scenarios/derive.hpp"
#include "scenarios/flights.hpp"
#include "tests/scenarios/shipped.hpp"

using namespace scenarios;
using doctest::Approx;

namespace {

const Capital moscow{"RUS", {55.75, 37.6}}, tel_aviv{"ISR", {32.08, 34.78}}, new_york{"USA", {40.71, -74.01}};
Capital capital(const std::string& code) {
  const State& s = *state(facts(), code);
  return {code, {s.lat, s.lon}};
}

std::set<std::string> over(const Leg& leg) {
  std::set<std::string> states;
  for (const Leg::Over& o : leg.over) states.insert(o.state);
  return states;
}
double km(const Leg& leg) { return leg.hours * agents::cruising_kmh; }
double crow(const Capital& a, const Capital& b) {
  return agents::great_circle_km(a.point.lat, a.point.lon, b.point.lat, b.point.lon);
}

/// Russia's closed neighbours to the west, as in world/overflight.csv.
std::vector<std::string> closed_to_russia() {
  std::vector<std::string> states;
  for (const OverflightBan& ban : facts().overflight_bans)
    if (ban.home == "RUS") states.push_back(ban.state);
  return states;
}

struct Flown {
  agents::World world;
  std::vector<agents::Flight> flights;
  explicit Flown(const char* leader, const char* home, Overflight overflight = {}, int weeks = 52) {
    const LeaderRequest requests[] = {{leader, home}};
    BaseWorld base = derive(facts(), parse_date("2025-01-01").value(), weeks, requests);
    world.weeks = weeks;
    world.hosts = base.hosts;
    world.leaders = base.leaders;
    world.features = base.features;
    world.dyads = base.dyads;
    world.stances = base.stances;
    world.shocks = base.shocks;
    plan(overflight);
  }
  void plan(const Overflight& overflight, Shelf* shelf = nullptr) {
    flights = Planner(airspace(), shelf).flights(world, {overflight});
  }
  std::vector<const agents::Flight*> to(const std::string& host, agents::RouteKind kind) const {
    std::vector<const agents::Flight*> found;
    for (const agents::Flight& f : flights)
      if (world.hosts[f.host.index].name == host && f.route == kind) found.push_back(&f);
    return found;
  }
  std::set<std::string> over(const agents::Flight& f) const {
    std::set<std::string> codes;
    for (const auto& o : f.over) codes.insert(world.hosts[o.host.index].name);
    return codes;
  }
};

using Kind = agents::RouteKind;

struct MemoryShelf : Shelf {
  std::map<std::string, std::string> kept;
  int found = 0, stored = 0;
  std::optional<std::string> find(const std::string& name) override {
    const auto at = kept.find(name);
    if (at == kept.end()) return {};
    ++found;
    return at->second;
  }
  void keep(const std::string& name, const std::string& text) override {
    ++stored;
    kept[name] = text;
  }
  void working_on(const std::string&, std::size_t done, std::size_t periods) override { last = {done, periods}; }
  std::pair<std::size_t, std::size_t> last;
};

bool same(const std::vector<agents::Flight>& a, const std::vector<agents::Flight>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const agents::Flight& x, const agents::Flight& y) {
    return x.leader == y.leader && x.host == y.host && x.when == y.when && x.route == y.route && x.hours == y.hours &&
           std::equal(x.over.begin(), x.over.end(), y.over.begin(), y.over.end(),
                      [](const auto& o, const auto& p) { return o.host == p.host && o.hours == p.hours; });
  });
}

}  // namespace

TEST_CASE("flights: Moscow to Ulaanbaatar and Dushanbe are great circles over those who lie below") {
  Planner planner(airspace());
  const auto legs = planner.plan(moscow, {capital("MNG"), capital("TJK"), capital("BLR")}, {});
  CHECK(km(*legs[0]) == Approx(crow(moscow, capital("MNG"))).epsilon(1e-6));
  CHECK(over(*legs[0]).empty());
  CHECK(km(*legs[1]) == Approx(2992).epsilon(0.002));
  CHECK(over(*legs[1]) == std::set<std::string>{"KAZ", "UZB"});
  CHECK(over(*legs[2]).empty());  // neighbours
}

TEST_CASE("flights: Moscow to Caracas keeps out of Europe by the Arctic") {
  // By hand: the great circle (9,930 km) crosses the Baltic states, Scandinavia and Britain. Round the North Cape
  // (71.2 N 25.8 E: 1,810 km from Moscow), between Iceland's and Jan Mayen's waters (68 N 14 W: 1,550 km more), through
  // the Denmark Strait off Iceland (66.5 N 27 W: 580 km) and out past the Azores' sea to Caracas (10.5 N 66.9 W:
  // 6,910 km): 10,850 km and some for the coasts, about a tenth more than the crow.
  Planner planner(airspace());
  const Capital caracas = capital("VEN");
  const Leg& leg = *planner.plan(moscow, {caracas}, closed_to_russia()).front();
  CHECK(crow(moscow, caracas) == Approx(9930).epsilon(0.002));
  CHECK(km(leg) > 10600);
  CHECK(km(leg) < 11200);
  for (const std::string& state : closed_to_russia()) CHECK_FALSE(over(leg).contains(state));
  CHECK(std::any_of(leg.turns.begin(), leg.turns.end(), [](Point p) { return p.lat > 70; }));
}

TEST_CASE("flights: Tel Aviv to New York round five states that might arrest") {
  // September 2025. By hand: the great circle (9,116 km) passes 45.2 N 12.5 E, a
  // degree south of Slovenia, and 50.9 N 9.3 W, half a degree south of Ireland, by France and the Channel west of
  // Belgium: none of the five lies below, and the detour is nil. With France closed as well, whom the flight left out
  // too, by the mouth of the Ems (53.6 N 7.0 E): 3,255 km and 5,945 km, 9,200 km, and nothing closed below; the string
  // is a little shorter.
  Planner planner(airspace());
  std::vector<std::string> avoid{"SVN", "IRL", "ESP", "BEL", "NLD"};
  const Leg& direct = *planner.plan(tel_aviv, {new_york}, {}).front();
  const Leg& five = *planner.plan(tel_aviv, {new_york}, avoid).front();
  CHECK(km(direct) == Approx(crow(tel_aviv, new_york)).epsilon(1e-6));
  CHECK(km(direct) == Approx(9116).epsilon(0.001));
  CHECK(five.turns == direct.turns);
  avoid.push_back("FRA");
  const Leg& six = *planner.plan(tel_aviv, {new_york}, avoid).front();
  for (const std::string& state : avoid) CHECK_FALSE(over(six).contains(state));
  CHECK(over(six).contains("DEU"));
  CHECK(km(six) > 9116 + 40);
  CHECK(km(six) < 9201);
}

TEST_CASE("flights: there and back are the same way, and the hours over others fit into the flight") {
  Planner planner(airspace());
  for (const char* code : {"VEN", "BRA", "ZAF", "IND", "USA", "CUB", "SRB"}) {
    const Capital host = capital(code);
    CAPTURE(code);
    const Leg* there = planner.plan(moscow, {host}, closed_to_russia()).front();
    std::vector<std::string> closed = closed_to_russia();  // home and destination are open either way
    closed.push_back("RUS");
    const Leg* back = planner.plan(host, {moscow}, closed).front();
    REQUIRE((there == nullptr) == (std::string(code) == "SRB"));
    if (!there || std::find(closed.begin(), closed.end(), code) != closed.end()) continue;
    REQUIRE(back);
    CHECK(there->hours == back->hours);
    CHECK(std::equal(there->turns.begin(), there->turns.end(), back->turns.rbegin(), back->turns.rend()));
    double hours = 0;
    for (const Leg::Over& o : there->over) {
      CHECK(o.hours > 0);
      hours += o.hours;
    }
    CHECK(hours <= there->hours * (1 + 1e-12));
  }
}

TEST_CASE("flights: a host behind refusals has none, and a corridor opens one") {
  Overflight closed;
  for (const std::string& state : closed_to_russia()) closed.refusals.push_back({state, {}});
  Flown flown("putin", "RUS", closed);
  CHECK(flown.to("HUN", Kind::direct).empty());
  CHECK(flown.to("SRB", Kind::direct).empty());
  CHECK(flown.to("USA", Kind::direct).size() == 1);  // who refuses may still be visited
  CHECK(flown.to("VAT", Kind::direct).empty());      // through Italy
  closed.corridors.push_back({"HUN", {"BGR", "ROU"}});
  flown.plan(closed);
  REQUIRE(flown.to("HUN", Kind::direct).size() == 1);
  CHECK(flown.over(*flown.to("HUN", Kind::direct).front()).contains("ROU"));
  CHECK(flown.to("SRB", Kind::direct).empty());
}

TEST_CASE("flights: a refusal that begins and ends cuts the table into periods") {
  const Flown flown("putin", "RUS", {{{"KAZ", {10, 20}}}, {}});
  const auto lines = flown.to("TJK", Kind::direct);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0]->when == agents::Span{agents::no_start, 10});
  CHECK(lines[1]->when == agents::Span{10, 20});
  CHECK(lines[2]->when == agents::Span{20, agents::no_end});
  CHECK(lines[0]->hours == lines[2]->hours);
  CHECK(lines[1]->hours > lines[0]->hours * 1.1);
  CHECK_FALSE(flown.over(*lines[1]).contains("KAZ"));
}

TEST_CASE(
    "flights: there is an avoiding route where the direct one crosses a state to be avoided, and it crosses none") {
  for (const auto& [leader, home] : {std::pair("putin", "RUS"), {"netanyahu", "ISR"}}) {
    const Flown flown(leader, home);
    const std::vector<std::string> avoid = avoided(flown.world, {0}, 0);
    const std::set<std::string> avoid_set(avoid.begin(), avoid.end());
    CHECK(avoid.size() > 30);
    CHECK_FALSE(avoid_set.contains(home));
    int avoiding = 0;
    for (const agents::Flight& f : flown.flights) {
      const std::string& host = flown.world.hosts[f.host.index].name;
      if (!f.when.holds(0)) continue;
      bool crosses = false;
      for (const std::string& code : flown.over(f)) {
        CHECK(code != home);
        CHECK(code != host);
        crosses = crosses || avoid_set.contains(code);
      }
      if (f.route == Kind::direct) continue;
      ++avoiding;
      CHECK_FALSE(crosses);
      const auto direct = flown.to(host, Kind::direct);
      const auto now = std::find_if(direct.begin(), direct.end(), [](const auto* d) { return d->when.holds(0); });
      REQUIRE(now != direct.end());
      CHECK((*now)->hours <= f.hours);
    }
    CHECK(avoiding > 20);
  }
}

TEST_CASE("flights: the threshold decides what is avoided; above 1 nothing is") {
  Flown flown("putin", "RUS");
  flown.world.parameters.avoid = 1;
  flown.plan({});
  CHECK(avoided(flown.world, {0}, 0).empty());
  CHECK(std::none_of(flown.flights.begin(), flown.flights.end(), [](const auto& f) { return f.route == Kind::avoid; }));
}

TEST_CASE("flights: a planner that has planned for other closures gives what a fresh one gives") {
  const std::vector<Capital> hosts{capital("BRA"), capital("CUB"), capital("MAR"), capital("IND"), capital("ZAF")};
  const std::vector<std::vector<std::string>> sets{
      {},      {"TUR"}, {"TUR", "KAZ"}, {"KAZ"}, {"DZA", "LBY", "EGY"}, closed_to_russia(), {"IRN", "TUR", "IRQ"},
      {"FRA"}, {}};
  // Behind refusals there is no way, and one again without them.
  Planner twice(airspace());
  CHECK(twice.plan(moscow, {capital("HUN")}, closed_to_russia())[0] == nullptr);
  CHECK(twice.plan(moscow, {capital("HUN")}, {"TUR"})[0] != nullptr);
  Planner old(airspace());
  for (const auto& closed : sets) {
    Planner fresh(airspace());
    const auto a = old.plan(moscow, hosts, closed), b = fresh.plan(moscow, hosts, closed);
    for (std::size_t h = 0; h < hosts.size(); ++h) {
      REQUIRE((a[h] != nullptr) == (b[h] != nullptr));
      if (!a[h]) continue;
      CHECK(a[h]->hours == b[h]->hours);
      CHECK(a[h]->turns == b[h]->turns);
    }
  }
}

TEST_CASE("flights: what lies on the shelf is used, what is damaged or foreign is not") {
  MemoryShelf shelf;
  Flown flown("putin", "RUS");
  const std::vector<agents::Flight> planned = flown.flights;
  flown.plan({}, &shelf);
  CHECK(shelf.stored == 1);
  CHECK((shelf.last.second > 0 && shelf.last.first == shelf.last.second));
  CHECK(same(flown.flights, planned));
  flown.plan({}, &shelf);
  CHECK((shelf.found == 1 && shelf.stored == 1));
  CHECK(same(flown.flights, planned));
  flown.plan({{{"KAZ", {}}}, {}}, &shelf);  // other refusals: another entry
  CHECK(shelf.stored == 2);
  flown.plan({{{"KAZ", {}}}, {{"TJK", {"KAZ"}}}}, &shelf);  // a corridor: another
  CHECK(shelf.stored == 3);
  CHECK(flown.over(*flown.to("TJK", Kind::direct).front()).contains("KAZ"));
  for (const std::string damage : {"", "nonsense", "cut", "flip"}) {
    CAPTURE(damage);
    flown.plan({}, &shelf);
    for (auto& [name, text] : shelf.kept) {
      if (damage == "cut") text.resize(text.size() / 2);
      if (damage == "flip") text[text.size() / 2] ^= 1;
      if (damage == "nonsense" || damage.empty()) text = damage;
    }
    flown.plan({}, &shelf);
    CHECK(same(flown.flights, planned));
  }
}

TEST_CASE("flights: Jerusalem and Ramallah share a cell, which is nobody's on the way from one to the other") {
  const Flown flown("netanyahu", "ISR");
  CHECK(flown.to("PSE", Kind::direct).front()->over.empty());
  CHECK(flown.to("PSE", Kind::direct).front()->hours < 0.05);
}
