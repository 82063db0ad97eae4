// How far, how long and how exposed a flight is. Routes: scenarios/airspace.hpp. Equations: ODD.md, "Flight".
#pragma once
#include "agents/arithmetic.hpp"

namespace agents {

inline constexpr double earth_radius_km = 6371.0088;
inline constexpr double cruising_kmh = 850;

/// Great-circle distance between two points given in degrees (haversine), km.
inline double great_circle_km(double lat1, double lon1, double lat2, double lon2) {
  const double degree = math::pi / 180;
  const double a = math::sin((lat2 - lat1) * degree / 2), b = math::sin((lon2 - lon1) * degree / 2);
  const double h = a * a + math::cos(lat1 * degree) * math::cos(lat2 * degree) * b * b;
  return 2 * earth_radius_km * math::asin(std::sqrt(h < 1 ? h : 1));
}

}  // namespace agents
