// An allocation as a file: what it found, and what people read about its world.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/experiments/allocate.hpp"

namespace sim {

struct AllocationText {
  std::string title, scenario;
  std::string start_date;                           ///< ISO 8601
  std::string resolved;                             ///< TOML
  std::vector<std::string> leader_names;            ///< by leader
  std::vector<std::string> host_codes, host_names;  ///< by host of the world
  std::map<std::string, std::string> event_names;   ///< by event id
};

/// The whole file. Throws std::runtime_error if HDF5 fails.
std::vector<std::byte> allocation_image(const Allocation& allocation, const AllocationText& text, const Effort& effort,
                                        std::uint64_t seed);

}  // namespace sim
