// What is shipped, as the tests of this room read it: once each.
#pragma once
#include <filesystem>

#include "scenarios/airspace.hpp"
#include "scenarios/facts.hpp"
#include "scenarios/load.hpp"
#include "tests/support/files.hpp"

using support::text_of;

inline const std::filesystem::path house = SAFECONDUCT_SOURCE_DIR;
inline const std::filesystem::path world_folder = house / "scenarios/world";
inline const scenarios::Places places{world_folder, house / "scenarios/cases"};

inline scenarios::Loader& loader() {
  static scenarios::Loader one(places);
  return one;
}
inline const scenarios::Facts& facts() {
  static const scenarios::Facts read = scenarios::read_facts(world_folder);
  return read;
}
inline const scenarios::Airspace& airspace() {
  static const scenarios::Airspace read = scenarios::read_airspace(world_folder);
  return read;
}

inline scenarios::Date day(const char* text) { return scenarios::parse_date(text).value(); }
