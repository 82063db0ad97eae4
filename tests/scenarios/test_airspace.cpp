#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "agents/flight.hpp"
#include "scenarios/airspace.hpp"
#include "scenarios/derive.hpp"

using namespace scenarios;
using doctest::Approx;

namespace {

const std::filesystem::path world_folder = std::filesystem::path(SAFECONDUCT_SCENARIOS_DIR) / "world";

const Airspace& airspace() {
  static const Airspace read = read_airspace(world_folder);
  return read;
}

std::string owner(double lat, double lon) {
  const auto at = airspace().at(lat, lon);
  return at == Airspace::nobody ? "" : airspace().states[static_cast<std::size_t>(at)];
}

struct Flights {
  BaseWorld world;
  std::vector<agents::Flight> flights;
  explicit Flights(const LeaderRequest& leader) {
    const LeaderRequest requests[] = {leader};
    world = derive(read_facts(world_folder), parse_date("2025-01-01").value(), 52, requests);
    flights = great_circle_flights(airspace(), world.hosts, world.leaders);
  }
  const agents::Flight& to(const std::string& host) const {
    return *std::find_if(flights.begin(), flights.end(),
                         [&](const agents::Flight& f) { return world.hosts[f.host.index].name == host; });
  }
  std::set<std::string> over(const std::string& host) const {
    std::set<std::string> codes;
    for (const auto& o : to(host).over) codes.insert(world.hosts[o.host.index].name);
    return codes;
  }
};

}  // namespace

TEST_CASE("airspace: the grid knows whose land lies below") {
  CHECK(owner(55.75, 37.6) == "RUS");
  CHECK(owner(48.0, 67.0) == "KAZ");
  CHECK(owner(0, -30) == "");
  CHECK(owner(-85, 0) == "");         // Antarctica answers to nobody
  CHECK(owner(72, -40) == "DNK");     // Greenland
  CHECK(owner(45.2, 34.2) == "UKR");  // Crimea
  CHECK(owner(31.767, 35.233) == "ISR");
  CHECK(owner(90, 180) == "");
  CHECK(owner(-90, -180) == "");
  CHECK(owner(66.2, 179.75) == owner(66.2, -180.25));  // round the antimeridian
}

TEST_CASE("airspace: from Moscow to Dushanbe the aircraft crosses Kazakhstan and Uzbekistan") {
  const Flights from_moscow({"putin", "RUS"});
  const agents::Flight& flight = from_moscow.to("TJK");
  CHECK(from_moscow.over("TJK") == std::set<std::string>{"KAZ", "UZB"});
  CHECK(flight.hours == Approx(2992 / 850.0).epsilon(0.002));
  CHECK(from_moscow.over("CHN") == std::set<std::string>{"MNG"});
  CHECK(from_moscow.over("BLR").empty());  // neighbours
  CHECK(from_moscow.flights.size() == 196);
}

TEST_CASE("airspace: home and destination are never flown over, and the hours over others fit into the flight") {
  for (const LeaderRequest& leader : {LeaderRequest{"putin", "RUS"}, {"netanyahu", "ISR"}, {"bashir", "SDN"}}) {
    const Flights from(leader);
    for (const agents::Flight& f : from.flights) {
      double hours = 0;
      for (const auto& o : f.over) {
        hours += o.hours;
        CHECK(o.hours > 0);
        CHECK(o.host != f.host);
        CHECK(from.world.hosts[o.host.index].name != leader.home);
      }
      CHECK(hours <= f.hours * (1 + 1e-12));
      CHECK(f.route == agents::RouteKind::direct);
    }
  }
}

TEST_CASE("airspace: Jerusalem and Ramallah share a cell, which is nobody's on the way from one to the other") {
  const Flights from_jerusalem({"netanyahu", "ISR"});
  CHECK(from_jerusalem.over("PSE").empty());
  CHECK(from_jerusalem.to("PSE").hours < 0.05);
}
