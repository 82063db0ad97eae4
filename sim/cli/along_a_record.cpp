#include "sim/cli/along_a_record.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "agents/flight.hpp"
#include "agents/luck.hpp"
#include "agents/stage.hpp"

namespace cli {
namespace {

using scenarios::RecordedDecision;
using scenarios::Scenario;

std::optional<agents::LeaderId> leader_of(const Scenario& scenario, const RecordedDecision& d) {
  for (std::size_t l = 0; l < scenario.world.leaders.size(); ++l)
    if (d.leader == scenario.leader_labels[l].name || d.leader == scenario.world.leaders[l].name)
      return agents::leader_id(l);
  return {};
}

std::optional<agents::HostId> host_of(const Scenario& scenario, const std::string& code) {
  for (std::size_t h = 0; h < scenario.world.hosts.size(); ++h)
    if (scenario.world.hosts[h].name == code) return agents::host_id(h);
  return {};
}

/// Figures of the world in week t, dated changes included.
sim::Features features(const agents::World& world, agents::LeaderId l, agents::HostId h, agents::Week t) {
  sim::Features out;
  const agents::Host& host = world.hosts[h.index];
  const agents::Leader& leader = world.leaders[l.index];
  out.km = agents::great_circle_km(leader.lat, leader.lon, host.lat, host.lon);
  const auto value = [&](const char* name) {
    const auto at = std::find(world.features.begin(), world.features.end(), name);
    if (at == world.features.end()) return 0.0;
    const auto column = at - world.features.begin();
    double x = world.dyads[l.index](h.index, column);
    for (const agents::Shock& s : world.shocks)
      if (s.target == agents::ShockTarget::feature && s.op == agents::ShockOp::set && s.week <= t &&
          s.leader == l.index && s.host == h.index && s.feature == column)
        x = s.value;
    return x;
  };
  out.unga = value("unga");
  out.blocs = value("blocs");
  out.trade = value("trade");
  out.judiciary = host.J;
  return out;
}

}  // namespace

AlongARecord along_a_record(const Scenario& scenario, const scenarios::Record& record, std::vector<bool>& used) {
  AlongARecord out;
  const agents::World& world = scenario.world;
  std::size_t outside = 0;
  for (std::size_t row = 0; row < record.decisions.size(); ++row) {
    const RecordedDecision& d = record.decisions[row];
    const auto leader = leader_of(scenario, d);
    if (!leader || used[row]) continue;
    const agents::Week week = scenarios::week_of(d.date, scenario.start);
    const auto host = host_of(scenario, d.host);
    if (week < 0 || week >= world.weeks || !host || d.host == world.leaders[leader->index].home) {
      ++outside;
      continue;
    }
    used[row] = true;
    sim::Opportunity o;
    o.posed.leader = *leader;
    o.posed.host = *host;
    o.posed.place = agents::stable_id(d.id);
    o.posed.V = static_cast<float>(d.occasion.value);
    o.posed.participants = static_cast<float>(d.occasion.participants);
    o.posed.bound = static_cast<float>(d.occasion.bound);
    o.posed.cover = static_cast<float>(d.occasion.cover);
    o.posed.bilateral = d.kind == "bilateral";
    o.posed.departs = std::max<agents::Week>(1, week);
    o.opened = std::max<agents::Week>(0, o.posed.departs - d.occasion.lead_weeks);
    o.outcome = static_cast<sim::Fate>(d.outcome);
    out.opportunities.push_back(o);

    const agents::Host& h = world.hosts[host->index];
    const bool duty = agents::is_member(h, week) && week >= world.leaders[leader->index].issue;
    if (d.member && *d.member != duty)
      out.notes.push_back(d.id + ": the record has " + h.name + (duty ? " outside" : " inside") +
                          " the court on its date, the world has not");
    sim::Prediction p;
    p.id = d.id;
    p.leader = scenario.leader_labels[leader->index].name;
    p.host = d.host;
    p.event = d.event;
    p.kind = d.kind;
    p.confidence = d.confidence;
    p.day = static_cast<std::int32_t>(d.date.time_since_epoch().count());
    p.member = duty;
    p.features = features(world, *leader, *host, week);
    p.outcome = o.outcome;
    out.predictions.push_back(std::move(p));
  }
  for (std::size_t i = 0; i < out.opportunities.size(); ++i)
    out.opportunities[i].posed.rank = static_cast<int>(i);  // by date, hence by week
  out.world = world;
  out.world.events.clear();
  for (agents::Leader& l : out.world.leaders) l.lam = 0;
  std::erase_if(out.world.shocks, [](const agents::Shock& s) { return s.target == agents::ShockTarget::lam; });
  std::erase_if(out.world.flights, [&](const agents::Flight& f) {
    return std::none_of(out.opportunities.begin(), out.opportunities.end(), [&](const sim::Opportunity& o) {
      return o.posed.leader == f.leader && o.posed.host == f.host;
    });
  });
  if (outside > 0)
    out.notes.push_back(std::to_string(outside) +
                        " decisions of its leaders are outside the horizon, at home or at no host of the world");
  return out;
}

}  // namespace cli
