// route: the way of a leader's aircraft to a host, whom it crosses, and what the leader weighs.
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "agents/flight.hpp"
#include "agents/stage.hpp"
#include "scenarios/flights.hpp"
#include "sim/cli/answers.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/words.hpp"
#include "sim/output/whole_file.hpp"

namespace cli {
namespace {

using scenarios::Capital;
using scenarios::Leg;
using scenarios::Point;

std::size_t leader_called(const std::string& name, const agents::World& world) {
  std::vector<std::string> known;
  for (const agents::Leader& l : world.leaders) known.push_back(l.name);
  must_be_known("leader", name, known, "in the scenario");
  return static_cast<std::size_t>(std::find(known.begin(), known.end(), name) - known.begin());
}

/// What every map begins with, up to the first leader.
constexpr std::string_view map_begins =
    "{\n \"type\": \"FeatureCollection\",\n \"features\": [\n  {\n   \"type\": \"Feature\",\n   \"properties\": {\n"
    "    \"leader\": ";

std::vector<std::string> comma_separated(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text)
    if (c == ',')
      words.emplace_back();
    else
      words.back() += c;
  return words;
}

/// The route as lines of longitude and latitude, a point at least every degree, cut where it crosses 180 degrees.
nlohmann::ordered_json lines_of(const Leg& leg) {
  auto lines = nlohmann::ordered_json::array();
  auto line = nlohmann::ordered_json::array();
  const auto point = [](double lon, double lat) { return nlohmann::ordered_json::array({lon, lat}); };
  std::optional<Point> last;
  for (std::size_t part = 0; part + 1 < leg.turns.size(); ++part) {
    const auto a = scenarios::on_sphere(leg.turns[part]), b = scenarios::on_sphere(leg.turns[part + 1]);
    const scenarios::Arc arc(a, b);
    const int steps = 1 + static_cast<int>(scenarios::millimetres(a, b) / 111'000'000);
    for (int i = part == 0 ? 0 : 1; i <= steps; ++i) {
      const Point p = arc.at(static_cast<double>(i) / steps);
      if (last && (p.lon - last->lon > 180 || last->lon - p.lon > 180)) {
        const double edge = last->lon < 0 ? -180 : 180;  // crossed from this side
        const double share = (edge - last->lon) / (p.lon + 2 * edge - last->lon);
        const double lat = last->lat + share * (p.lat - last->lat);
        line.push_back(point(edge, lat));
        lines.push_back(std::move(line));
        line = nlohmann::ordered_json::array({point(-edge, lat)});
      }
      line.push_back(point(p.lon, p.lat));
      last = p;
    }
  }
  lines.push_back(std::move(line));
  return lines;
}

struct Asked {
  const scenarios::Scenario& scenario;
  std::size_t leader, host;
  std::vector<double> q_arrest;  ///< by host
  const agents::LeaderTerms& terms;

  std::size_t row(const std::string& code) const {
    const auto& hosts = scenario.world.hosts;
    return static_cast<std::size_t>(
        std::find_if(hosts.begin(), hosts.end(), [&](const agents::Host& h) { return h.name == code; }) -
        hosts.begin());
  }
};

std::string told(const Asked& asked, const Leg& leg) {
  std::string out = fixed(leg.hours, 2) + " h, " +
                    grouped(static_cast<std::int64_t>(leg.hours * agents::cruising_kmh + 0.5)) + " km\n";
  for (const Leg::Over& o : leg.over) {
    const std::size_t h = asked.row(o.state);
    out +=
        "    " + left(o.state, 4) + " " + left(asked.scenario.host_names[h], 28) + right(fixed(o.hours, 2), 6) + " h";
    if (asked.terms.hosts[h].duty > 0) out += "  duty, public chance of arrest " + percent(asked.q_arrest[h]);
    out += "\n";
  }
  if (leg.over.empty()) out += "    over no other state\n";
  return out;
}

nlohmann::ordered_json feature(const Asked& asked, const Leg& leg, const std::string& kind, double detour) {
  nlohmann::ordered_json f;
  f["type"] = "Feature";
  auto& p = f["properties"];
  p["leader"] = asked.scenario.world.leaders[asked.leader].name;
  p["host"] = asked.scenario.world.hosts[asked.host].name;
  p["route"] = kind;
  p["hours"] = leg.hours;
  p["detour_hours"] = detour;
  auto& over = p["over"] = nlohmann::ordered_json::array();
  for (const Leg::Over& o : leg.over)
    over.push_back({{"state", o.state}, {"hours", o.hours}, {"duty", asked.terms.hosts[asked.row(o.state)].duty > 0}});
  f["geometry"] = {{"type", "MultiLineString"}, {"coordinates", lines_of(leg)}};
  return f;
}

}  // namespace

int route(const Arguments& arguments) {
  const scenarios::Scenario scenario = load_scenario(arguments);
  const agents::World& world = scenario.world;
  if (!arguments.text("to")) throw UsageError("route needs --to CODE, the host's ISO 3166-1 alpha-3 code");
  const std::size_t l = arguments.text("leader") ? leader_called(*arguments.text("leader"), world) : 0;
  const std::size_t h = must_be_a_host("to", *arguments.text("to"), scenario);
  const auto week = static_cast<agents::Week>(arguments.whole("week", 0, world.weeks - 1).value_or(0));
  const agents::Leader& leader = world.leaders[l];
  if (const auto file = arguments.text("geojson")) {
    must_have_room("geojson", *file);
    must_begin_with(map_begins, "geojson FILE", *file, "map of routes");
  }
  if (world.hosts[h].name == leader.home) throw UsageError("option '--to': " + leader.home + " is home");
  const agents::LeaderId id = agents::leader_id(l);

  const agents::Stage stage(world);
  const Asked asked{scenario, l, h,
                    [&] {
                      for (const agents::PublicRisk& risk : agents::public_risks(world))
                        if (risk.when.holds(week)) return risk.q_arrest[l];
                      return std::vector<double>(world.hosts.size());
                    }(),
                    stage.period(week).leaders[l]};
  const std::vector<std::string> refused = scenarios::refusing(scenario.overflight[l], week, world.hosts[h].name);
  std::vector<std::string> shunned = scenarios::avoided(world, id, week);
  const auto given = arguments.text("avoid");
  if (given) {
    shunned = comma_separated(*given);
    for (const std::string& code : shunned) must_be_a_host("avoid", code, scenario);
  }

  const scenarios::Airspace airspace = scenarios::read_airspace(shipped_places().world);
  scenarios::Planner planner(airspace);
  const Capital home{leader.home, {leader.lat, leader.lon}};
  const std::vector<Capital> to{{world.hosts[h].name, {world.hosts[h].lat, world.hosts[h].lon}}};
  const Leg* direct = planner.plan(home, to, refused).front();
  std::vector<std::string> closed = refused;
  closed.insert(closed.end(), shunned.begin(), shunned.end());
  const Leg* avoiding = planner.plan(home, to, closed).front();

  const auto list = [](const std::vector<std::string>& states) {
    std::string out;
    for (const std::string& s : states) out += " " + s;
    return out.empty() ? std::string(" nobody") : out;
  };
  const std::string date = scenarios::to_text(scenario.start + std::chrono::days(7 * week));
  std::cout << scenario.leader_labels[l].name << ", " << leader.home << " to " << scenario.host_names[h] << " ("
            << world.hosts[h].name << "), week of " << date << "\nrefuse overflight:" << list(refused) << "\n"
            << "to be avoided:"
            << (given ? list(shunned)
                      : " " + std::to_string(shunned.size()) + " states whose public chance of arrest exceeds " +
                            fixed(100 * world.parameters.avoid, 1) + " %")
            << "\n"
            << arrest_caveat << "\n";
  if (!world.hosts[h].exists.holds(week)) std::cout << "there is no such state in that week: nobody is invited there\n";
  if (!direct) {
    std::cout << "no way: it lies behind states that refuse overflight\n";
    return Exit::done;
  }
  std::cout << "direct: " << told(asked, *direct);
  if (!avoiding)
    std::cout << "avoiding: no way\n";
  else if (avoiding->turns == direct->turns)
    std::cout << "avoiding: the same\n";
  else
    std::cout << "avoiding (detour " << fixed(avoiding->hours - direct->hours, 2) << " h): " << told(asked, *avoiding);
  const agents::Route& taken = asked.terms.hosts[h].route;
  if (!given)
    std::cout << "takes the " << (taken.kind == agents::RouteKind::direct ? "direct" : "avoiding")
              << " one; chance of a diversion to a state with a duty "
              << fixed(1e4 * static_cast<double>(taken.p_divert), 2) << " in 10,000\n";
  if (const auto file = arguments.text("geojson")) {
    nlohmann::ordered_json all;
    all["type"] = "FeatureCollection";
    all["features"] = {feature(asked, *direct, "direct", 0)};
    if (avoiding && avoiding->turns != direct->turns)
      all["features"].push_back(feature(asked, *avoiding, "avoid", avoiding->hours - direct->hours));
    sim::write_whole(*file, all.dump(1) + "\n");
    std::cout << "wrote " << *file << "\n";
  }
  return Exit::done;
}

}  // namespace cli
