// Numbers that cannot be mixed up: who, where and when.
#pragma once
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace agents {

/// The row of a thing in the tables of its World. Two things of different kinds do not compare.
template <class Thing>
struct Id {
  std::uint16_t index = 0;
  auto operator<=>(const Id&) const = default;
};
using HostId = Id<struct HostState>;
using LeaderId = Id<struct WantedLeader>;
using NgoId = Id<struct NgoAgent>;
using RegionId = Id<struct Region>;

inline HostId host_id(std::size_t row) { return {static_cast<std::uint16_t>(row)}; }
inline LeaderId leader_id(std::size_t row) { return {static_cast<std::uint16_t>(row)}; }

/// Weeks since the start date; week t covers days 7t .. 7t+6.
using Week = std::int32_t;
inline constexpr Week no_start = std::numeric_limits<Week>::min();
inline constexpr Week no_end = std::numeric_limits<Week>::max();

/// The weeks from <= t < to. A default Span has no bounds.
struct Span {
  Week from = no_start;
  Week to = no_end;
  bool holds(Week t) const { return from <= t && t < to; }
  bool operator==(const Span&) const = default;
};

}  // namespace agents
