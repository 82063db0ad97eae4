// The calendar of one leader: what is scheduled from outside, stages of one trip merged, impossible trips set aside.
// Rules: ODD.md, "Calendar".
#pragma once
#include <string>
#include <vector>

#include "agents/world.hpp"

namespace agents {

/// A scheduled trip, its stages merged.
struct ScheduledTrip {
  HostId host;
  Week start = 0;
  Week opened = 0;  ///< max(0, start - lead)
  double V = 0, days = 0, participants = 0, bound = 0, cover = 0;
  std::uint32_t place = 0;            ///< its address in the luck of the leader
  std::vector<std::uint16_t> stages;  ///< rows of World::events, by start week, then in the scenario's order
};

/// A stage the model leaves out, and why.
struct IgnoredStage {
  std::uint16_t event = 0;
  std::string reason;
};
constexpr const char* no_route = "there is no route to its host";

struct Calendar {
  std::vector<ScheduledTrip> trips;  ///< by start week, then by the first stage's place in the scenario
  std::vector<IgnoredStage> ignored;
};

/// Merges and orders the events that invite a leader; leaves out trips home, without a route, to a host that does not
/// exist in the start week, or starting in week 0 or before.
Calendar make_calendar(const World& world, LeaderId leader);

/// Whether some flight of the leader reaches the host in week t. A leader without any flight line reaches every host.
bool has_route(const World& world, LeaderId leader, HostId host, Week t);

}  // namespace agents
