#include "scenarios/airspace.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "agents/arithmetic.hpp"
#include "agents/flight.hpp"
#include "scenarios/csv.hpp"

namespace scenarios {
namespace {

namespace math = agents::math;
constexpr double degree = math::pi / 180;
constexpr double sample_km = 5;  // the great circle is looked at in steps of at most this length

using Vector = std::array<double, 3>;

Vector on_sphere(double lat, double lon) {
  return {math::cos(lat * degree) * math::cos(lon * degree), math::cos(lat * degree) * math::sin(lon * degree),
          math::sin(lat * degree)};
}

double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

int cell_of(double lat, double lon) {
  const int row = std::clamp(static_cast<int>(std::floor((90 - lat) * 2)), 0, Airspace::rows - 1);
  const int column = static_cast<int>(std::floor((lon + 180) * 2));
  return row * Airspace::columns + (column % Airspace::columns + Airspace::columns) % Airspace::columns;
}

/// The cells under the middles of `steps` equal steps from one point to the other.
std::vector<int> cells_between(double lat1, double lon1, double lat2, double lon2, double km, int steps) {
  const Vector a = on_sphere(lat1, lon1), b = on_sphere(lat2, lon2);
  const double along = dot(a, b);
  Vector t;  // the unit vector at a right angle to a, towards b
  for (int i = 0; i < 3; ++i) t[i] = b[i] - along * a[i];
  const double length = std::sqrt(dot(t, t));
  for (double& x : t) x = length > 0 ? x / length : 0;
  std::vector<int> cells;
  for (int i = 0; i < steps; ++i) {
    const double angle = km / agents::earth_radius_km * (i + 0.5) / steps;
    const double c = math::cos(angle), s = math::sin(angle);
    const double z = std::clamp(a[2] * c + t[2] * s, -1.0, 1.0);
    const double lon = math::atan2(a[1] * c + t[1] * s, a[0] * c + t[0] * s);
    cells.push_back(cell_of(math::asin(z) / degree, lon / degree));
  }
  return cells;
}

}  // namespace

std::int16_t Airspace::at(double lat, double lon) const { return owner[static_cast<std::size_t>(cell_of(lat, lon))]; }

Airspace read_airspace(const std::filesystem::path& world_folder) {
  std::map<std::string, std::string> answers_for;  // area -> state
  const Table codes(world_folder / "airspace_codes.csv", {"area", "state"});
  for (const Row& row : codes.rows())
    if (!answers_for.emplace(row.text("area"), row.text("state")).second)
      row.fail("area '" + row.text("area") + "' listed twice");

  Airspace airspace;
  std::map<std::string, std::int16_t> place;
  const auto owner_of = [&](const std::string& area) -> std::int16_t {
    if (area == "-") return Airspace::nobody;
    const auto found = answers_for.find(area);
    const std::string& code = found == answers_for.end() ? area : found->second;
    if (code.empty()) return Airspace::nobody;
    const auto [at, fresh] = place.emplace(code, static_cast<std::int16_t>(airspace.states.size()));
    if (fresh) airspace.states.push_back(code);
    return at->second;
  };

  const Table grid(world_folder / "airspace.csv", {"north_edge", "cells"});
  for (const Row& row : grid.rows()) {
    const std::size_t before = airspace.owner.size();
    const std::string& runs = row.text("cells");
    for (std::size_t at = 0; at < runs.size();) {
      const std::size_t end = std::min(runs.find(' ', at), runs.size());
      const std::size_t colon = std::min(runs.find(':', at), end);
      int count = 0;
      const auto read = std::from_chars(runs.data() + std::min(colon + 1, end), runs.data() + end, count);
      if (read.ec != std::errc() || read.ptr != runs.data() + end || count < 1 || count > Airspace::columns)
        row.fail("'" + runs.substr(at, end - at) + "' is not an area and a number of cells");
      airspace.owner.insert(airspace.owner.end(), static_cast<std::size_t>(count),
                            owner_of(runs.substr(at, colon - at)));
      at = end + 1;
    }
    if (airspace.owner.size() - before != Airspace::columns)
      row.fail(std::to_string(airspace.owner.size() - before) + " cells instead of " +
               std::to_string(Airspace::columns));
  }
  if (grid.rows().size() != Airspace::rows)
    throw TableError(grid.name() + ": " + std::to_string(grid.rows().size()) + " rows instead of " +
                     std::to_string(Airspace::rows));
  return airspace;
}

std::vector<agents::Flight> great_circle_flights(const Airspace& airspace, const std::vector<agents::Host>& hosts,
                                                 const std::vector<agents::Leader>& leaders) {
  std::vector<int> host_of(airspace.states.size(), -1);  // place in airspace.states -> row of hosts
  for (std::size_t s = 0; s < airspace.states.size(); ++s)
    for (std::size_t h = 0; h < hosts.size(); ++h)
      if (hosts[h].name == airspace.states[s]) host_of[s] = static_cast<int>(h);

  std::vector<agents::Flight> flights;
  for (std::size_t l = 0; l < leaders.size(); ++l) {
    const agents::Leader& leader = leaders[l];
    for (std::size_t h = 0; h < hosts.size(); ++h) {
      if (hosts[h].name == leader.home) continue;
      const double km = agents::great_circle_km(leader.lat, leader.lon, hosts[h].lat, hosts[h].lon);
      const int steps = std::max(1, static_cast<int>(std::ceil(km / sample_km)));
      agents::Flight flight;
      flight.leader = {static_cast<std::uint16_t>(l)};
      flight.host = {static_cast<std::uint16_t>(h)};
      flight.hours = km / agents::cruising_kmh;
      const int first = cell_of(leader.lat, leader.lon), last = cell_of(hosts[h].lat, hosts[h].lon);
      std::vector<int> steps_over(hosts.size(), 0);
      std::vector<std::size_t> reached;
      for (int cell : cells_between(leader.lat, leader.lon, hosts[h].lat, hosts[h].lon, km, steps)) {
        const std::int16_t owner = airspace.owner[static_cast<std::size_t>(cell)];
        if (owner == Airspace::nobody || cell == first || cell == last) continue;
        const int over = host_of[static_cast<std::size_t>(owner)];
        if (over < 0 || over == static_cast<int>(h) || hosts[static_cast<std::size_t>(over)].name == leader.home)
          continue;
        if (steps_over[static_cast<std::size_t>(over)]++ == 0) reached.push_back(static_cast<std::size_t>(over));
      }
      for (std::size_t over : reached)
        flight.over.push_back({{static_cast<std::uint16_t>(over)}, flight.hours * steps_over[over] / steps});
      flights.push_back(std::move(flight));
    }
  }
  return flights;
}

}  // namespace scenarios
