// Whose airspace lies where: the grid of world/airspace.csv, half a degree fine; and who lets whom through it.
// Ways through it: scenarios/flights.hpp.
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
};

/// Reads airspace.csv and airspace_codes.csv of the folder scenarios/world. Throws TableError.
Airspace read_airspace(const std::filesystem::path& world_folder);

/// A state that lets no aircraft of a leader's home state through its airspace (it may still be visited).
struct Refusal {
  std::string state;
  agents::Span when;
};
/// On the way to this host, these states let the leader through.
struct Corridor {
  std::string host;
  std::vector<std::string> over;
};
/// What a leader's aircraft meets.
struct Overflight {
  std::vector<Refusal> refusals;
  std::vector<Corridor> corridors;
};

}  // namespace scenarios
