#include "scenarios/airspace.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "scenarios/csv.hpp"

namespace scenarios {
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

}  // namespace scenarios
