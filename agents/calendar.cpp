#include "agents/calendar.hpp"

#include <algorithm>

#include "agents/luck.hpp"

namespace agents {
namespace {

void merge(ScheduledTrip& trip, const Event& stage, std::uint16_t row) {
  trip.start = std::min(trip.start, stage.start);
  trip.V += stage.V;
  trip.days += stage.days;
  trip.participants = std::max(trip.participants, stage.participants);
  trip.bound = std::max(trip.bound, stage.bound);
  trip.cover = std::max(trip.cover, stage.cover);
  trip.stages.push_back(row);
}

std::uint32_t place_of(const World& world, const Event& first) {
  const std::string where = "@" + world.hosts[first.host.index].name;
  return stable_id(first.trip.empty() ? first.name + where + std::to_string(first.start) : first.trip + where);
}

std::string why_ignored(const World& world, LeaderId leader, const ScheduledTrip& trip) {
  const Host& host = world.hosts[trip.host.index];
  if (host.name == world.leaders[leader.index].home) return "it is at home";
  if (trip.start <= 0) return "it starts in week 0 or before";
  if (!host.exists.holds(trip.start)) return "its host does not exist then";
  if (!has_route(world, leader, trip.host, trip.start)) return no_route;
  return {};
}

}  // namespace

bool has_route(const World& world, LeaderId leader, HostId host, Week t) {
  bool any_line = false;
  for (const Flight& f : world.flights) {
    if (f.leader != leader) continue;
    any_line = true;
    if (f.host == host && f.when.holds(t)) return true;
  }
  return !any_line;
}

Calendar make_calendar(const World& world, LeaderId leader) {
  std::vector<ScheduledTrip> trips;
  std::vector<int> lead;
  for (std::size_t e = 0; e < world.events.size(); ++e) {
    const Event& stage = world.events[e];
    if (std::find(stage.leaders.begin(), stage.leaders.end(), leader) == stage.leaders.end()) continue;
    const auto row = static_cast<std::uint16_t>(e);
    const auto same_trip = [&](const ScheduledTrip& t) {
      return !stage.trip.empty() && t.host == stage.host && world.events[t.stages.front()].trip == stage.trip;
    };
    const auto found = std::find_if(trips.begin(), trips.end(), same_trip);
    if (found == trips.end()) {
      trips.push_back({.host = stage.host, .start = stage.start, .place = place_of(world, stage), .stages = {}});
      lead.push_back(stage.lead);
      merge(trips.back(), stage, row);
    } else {
      merge(*found, stage, row);
      int& longest = lead[static_cast<std::size_t>(found - trips.begin())];
      longest = std::max(longest, stage.lead);
    }
  }
  Calendar calendar;
  for (std::size_t i = 0; i < trips.size(); ++i) {
    std::stable_sort(trips[i].stages.begin(), trips[i].stages.end(),
                     [&](std::uint16_t a, std::uint16_t b) { return world.events[a].start < world.events[b].start; });
    trips[i].opened = std::max<Week>(0, trips[i].start - lead[i]);
    const std::string reason = why_ignored(world, leader, trips[i]);
    if (reason.empty())
      calendar.trips.push_back(trips[i]);
    else
      for (std::uint16_t row : trips[i].stages) calendar.ignored.push_back({row, reason});
  }
  std::stable_sort(calendar.trips.begin(), calendar.trips.end(),
                   [](const ScheduledTrip& a, const ScheduledTrip& b) { return a.start < b.start; });
  return calendar;
}

}  // namespace agents
