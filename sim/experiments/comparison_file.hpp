// A comparison as a file: what it found, and what people read about its worlds.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/experiments/compare.hpp"

namespace sim {

struct ComparisonText {
  std::string title;
  std::string start_date;                          ///< ISO 8601
  std::string base;                                ///< name of the base
  std::vector<std::string> alternatives;           ///< what each is called
  std::vector<std::string> resolved;               ///< TOML of each world, the base first
  std::vector<std::string> leader_names;           ///< by leader of the comparison
  std::vector<std::string> host_names;             ///< by host
  std::map<std::string, std::string> event_names;  ///< by event id
};

/// "bilateral", "second stop" or the event's id.
std::string occasion(const Comparison& comparison, std::int32_t event);

/// The whole file. Throws std::runtime_error if HDF5 fails.
std::vector<std::byte> comparison_image(const Comparison& comparison, const ComparisonText& text, std::uint64_t seed);

}  // namespace sim
