// Whose air an aircraft crosses on the great circle between two capitals: the grid of world/airspace.csv, half a degree
// fine. What the hours are used for: agents/ODD.md, "Flight".
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "agents/world.hpp"

namespace scenarios {

/// A grid of the world: row 0 begins at 90 N, column 0 at 180 W.
struct Airspace {
  static constexpr int rows = 360, columns = 720;
  static constexpr std::int16_t nobody = -1;
  std::vector<std::string> states;  ///< ISO codes
  std::vector<std::int16_t> owner;  ///< [row * columns + column]: place in `states`, or nobody (sea, Antarctica)
  /// The state that answers for the air at a point (degrees), as a place in `states`.
  std::int16_t at(double lat, double lon) const;
};

/// Reads airspace.csv and airspace_codes.csv of the folder scenarios/world. Throws TableError.
Airspace read_airspace(const std::filesystem::path& world_folder);

/// One direct flight for each leader and host (not the home state), by leader, then host: hours of the great circle,
/// and the hours over each host crossed, in the order in which they are reached. Home and destination are left out.
std::vector<agents::Flight> great_circle_flights(const Airspace& airspace, const std::vector<agents::Host>& hosts,
                                                 const std::vector<agents::Leader>& leaders);

}  // namespace scenarios
