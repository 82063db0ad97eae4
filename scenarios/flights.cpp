#include "scenarios/flights.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "agents/flight.hpp"
#include "agents/stage.hpp"
#include "scenarios/numbers.hpp"

namespace scenarios {
namespace {

using agents::Span;
using agents::Week;

constexpr double sample_km = 5;  // a way is looked at in steps of at most this length

double hours_of(std::int64_t mm) { return static_cast<double>(mm) / 1e6 / agents::cruising_kmh; }

/// FNV-1a: names entries and finds damage; not a defence.
std::uint64_t digest(std::string_view text, std::uint64_t h = 14695981039346656037u) {
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return h;
}
std::string hex(std::uint64_t x) {
  char digits[17];
  return {digits, std::to_chars(digits, digits + 16, x, 16).ptr};
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& w : words) out += (out.empty() ? "" : ",") + w;
  return out;
}

// --- legs as text: what the shelf keeps ---

constexpr std::string_view entry_head = "safeconduct routes 1 ";

std::string to_text(const std::vector<std::optional<Leg>>& legs) {
  std::string out;
  for (const std::optional<Leg>& leg : legs) {
    if (leg) {
      out += shortest(leg->hours);
      for (const Point& p : leg->turns) out += ' ' + shortest(p.lat) + ' ' + shortest(p.lon);
      for (const Leg::Over& o : leg->over) out += ' ' + o.state + ' ' + shortest(o.hours);
    }
    out += '\n';
  }
  return out;
}

std::optional<double> number(std::string_view word) {
  double x = 0;
  const auto read = std::from_chars(word.data(), word.data() + word.size(), x);
  if (read.ec != std::errc() || read.ptr != word.data() + word.size()) return {};
  return x;
}

std::optional<Leg> leg_from(std::string_view line) {
  Leg leg;
  std::vector<double> numbers;
  std::string state;
  while (!line.empty()) {
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(line.size(), word.size() + 1));
    const std::optional<double> x = number(word);
    if (!x)
      state = word;
    else if (state.empty())
      numbers.push_back(*x);
    else
      leg.over.push_back({std::exchange(state, {}), *x});
  }
  if (numbers.size() < 5 || numbers.size() % 2 == 0) return {};
  leg.hours = numbers[0];
  for (std::size_t i = 1; i < numbers.size(); i += 2) leg.turns.push_back({numbers[i], numbers[i + 1]});
  return leg;
}

/// Nothing if the entry is not the one asked for, or damaged.
std::optional<std::vector<std::optional<Leg>>> legs_from(std::string_view text, std::string_view head,
                                                         std::size_t expected) {
  if (!text.starts_with(head)) return {};
  text.remove_prefix(head.size());
  const std::size_t end = text.find('\n');
  if (end == text.npos || text.substr(0, end) != hex(digest(text.substr(end + 1)))) return {};
  text.remove_prefix(end + 1);
  std::vector<std::optional<Leg>> legs;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + 1);
    legs.push_back(leg_from(line));
  }
  return legs.size() == expected ? std::optional(legs) : std::nullopt;
}

}  // namespace

struct Planner::State {
  const Airspace& airspace;
  Shelf* shelf;
  Mesh mesh{Airspace::rows, Airspace::columns};
  std::map<std::string, std::vector<std::size_t>> cells;  ///< by state
  std::string grid;                                       ///< digest
  std::map<std::string, std::vector<std::optional<Leg>>> planned;

  State(const Airspace& a, Shelf* s) : airspace(a), shelf(s) {
    std::string text;
    for (std::size_t i = 0; i < a.owner.size(); ++i) {
      if (a.owner[i] == Airspace::nobody) continue;
      const std::string& state = a.states[static_cast<std::size_t>(a.owner[i])];
      cells[state].push_back(i);
      text += std::to_string(i) + state;
    }
    grid = hex(digest(text));
  }

  std::vector<std::optional<Leg>> work_out(const Capital& home, const std::vector<Capital>& to,
                                           const std::vector<std::string>& closed) {
    std::vector<bool> shut(mesh.cells(), false);
    for (const std::string& state : closed)
      if (state != home.code)
        for (const std::size_t cell : cells[state]) shut[cell] = true;
    const Router router(mesh, shut);
    std::vector<std::optional<Leg>> legs;
    for (const Capital& host : to) {
      const bool own = std::binary_search(closed.begin(), closed.end(), host.code);
      const std::optional<Path> path =
          router.shortest(home.place, host.place, own ? cells[host.code] : std::vector<std::size_t>());
      legs.push_back(path ? std::optional(leg(*path, home, host)) : std::nullopt);
    }
    return legs;
  }

  /// Whom a path leads over, in equal steps of each of its parts.
  Leg leg(const Path& path, const Capital& home, const Capital& host) {
    Leg leg{path.turns, hours_of(path.mm), {}};
    const std::size_t first = mesh.cell_of(home.place), last = mesh.cell_of(host.place);
    for (std::size_t part = 0; part + 1 < path.turns.size(); ++part) {
      const Vector a = on_sphere(path.turns[part]), b = on_sphere(path.turns[part + 1]);
      const std::int64_t mm = millimetres(a, b);
      const int steps = std::max(1, static_cast<int>(std::ceil(static_cast<double>(mm) / 1e6 / sample_km)));
      const Arc arc(a, b);
      for (int i = 0; i < steps; ++i) {
        const std::size_t cell = mesh.cell_of(arc.at((i + 0.5) / steps));
        const std::int16_t owner = airspace.owner[cell];
        if (owner == Airspace::nobody || cell == first || cell == last) continue;
        const std::string& state = airspace.states[static_cast<std::size_t>(owner)];
        if (state == home.code || state == host.code) continue;
        auto at = std::find_if(leg.over.begin(), leg.over.end(), [&](const Leg::Over& o) { return o.state == state; });
        if (at == leg.over.end()) at = leg.over.insert(at, {state, 0});
        at->hours += hours_of(mm) / steps;
      }
    }
    return leg;
  }
};

Planner::Planner(const Airspace& airspace, Shelf* shelf) : state_(new State(airspace, shelf)) {}
Planner::~Planner() = default;

const std::vector<std::optional<Leg>>& Planner::plan(const Capital& home, const std::vector<Capital>& to,
                                                     std::vector<std::string> closed) {
  std::sort(closed.begin(), closed.end());
  std::string question = state_->grid;
  const auto add = [&](const Capital& c) {
    question += ' ' + c.code + ' ' + shortest(c.place.lat) + ' ' + shortest(c.place.lon);
  };
  add(home);
  question += " closed " + joined(closed);
  for (const Capital& c : to) add(c);
  const auto known = state_->planned.find(question);
  if (known != state_->planned.end()) return known->second;

  const std::string name = hex(digest(question)) + hex(digest(question, 1));
  const std::string head = std::string(entry_head) + name + ' ';
  std::optional<std::vector<std::optional<Leg>>> legs;
  if (state_->shelf)
    if (const std::optional<std::string> kept = state_->shelf->find("routes_" + name))
      legs = legs_from(*kept, head, to.size());
  if (!legs) {
    legs = state_->work_out(home, to, closed);
    const std::string text = to_text(*legs);
    if (state_->shelf) state_->shelf->keep("routes_" + name, head + hex(digest(text)) + '\n' + text);
  }
  return state_->planned[question] = *legs;
}

namespace {

/// The weeks in which what flights depend on may change, 0 and the horizon included.
std::vector<Week> boundaries(const agents::World& world, const std::vector<agents::PublicRisk>& risks,
                             const Overflight& overflight) {
  std::set<Week> weeks{0, world.weeks};
  for (const agents::PublicRisk& risk : risks) weeks.insert(risk.when.from);
  for (const Refusal& r : overflight.refusals)
    for (const Week t : {r.when.from, r.when.to})
      if (t > 0 && t < world.weeks) weeks.insert(t);
  return {weeks.begin(), weeks.end()};
}

const agents::PublicRisk& in_week(const std::vector<agents::PublicRisk>& risks, Week week) {
  return *std::find_if(risks.begin(), risks.end(), [&](const agents::PublicRisk& r) { return r.when.holds(week); });
}

std::vector<std::string> avoided(const agents::World& world, const agents::PublicRisk& risk, std::size_t leader) {
  std::vector<std::string> states;
  for (std::size_t h = 0; h < world.hosts.size(); ++h)
    if (risk.q_arrest[leader][h] > world.parameters.avoid && world.hosts[h].name != world.leaders[leader].home)
      states.push_back(world.hosts[h].name);
  return states;
}

/// One leader's flights to one host, period after period; equal neighbours become one.
class Line {
 public:
  void add(agents::RouteKind kind, Span when, const std::optional<Leg>& leg) {
    if (!leg) return;
    std::vector<Stretch>& all = stretches_[static_cast<std::size_t>(kind)];
    if (!all.empty() && all.back().when.to == when.from && same(*all.back().leg, *leg))
      all.back().when.to = when.to;
    else
      all.push_back({when, &*leg});
  }
  template <class F>
  void each(F f) const {
    for (const agents::RouteKind kind : {agents::RouteKind::direct, agents::RouteKind::avoid})
      for (const Stretch& s : stretches_[static_cast<std::size_t>(kind)]) f(kind, s.when, *s.leg);
  }

 private:
  struct Stretch {
    Span when;
    const Leg* leg;
  };
  static bool same(const Leg& a, const Leg& b) { return a.turns == b.turns; }
  std::vector<Stretch> stretches_[2];
};

}  // namespace

std::vector<std::string> avoided(const agents::World& world, agents::LeaderId leader, Week week) {
  return avoided(world, in_week(agents::public_risks(world), week), leader.index);
}

std::vector<std::string> refusing(const Overflight& overflight, Week week) {
  std::set<std::string> states;
  for (const Refusal& r : overflight.refusals)
    if (r.when.holds(week)) states.insert(r.state);
  return {states.begin(), states.end()};
}

std::vector<agents::Flight> Planner::flights(const agents::World& world, const std::vector<Overflight>& overflight) {
  const std::vector<agents::PublicRisk> risks = agents::public_risks(world);
  std::map<std::string, std::uint16_t> row;
  for (std::size_t h = 0; h < world.hosts.size(); ++h) row[world.hosts[h].name] = static_cast<std::uint16_t>(h);
  std::vector<agents::Flight> flights;
  for (std::size_t l = 0; l < world.leaders.size(); ++l) {
    const agents::Leader& leader = world.leaders[l];
    const Capital home{leader.home, {leader.lat, leader.lon}};
    std::vector<Capital> plain, favoured;  // those without and with a corridor
    for (const agents::Host& h : world.hosts) {
      const auto& corridors = overflight[l].corridors;
      const bool corridor = std::find(corridors.begin(), corridors.end(), h.name) != corridors.end();
      if (h.name != leader.home) (corridor ? favoured : plain).push_back({h.name, {h.lat, h.lon}});
    }
    std::vector<Line> lines(world.hosts.size());
    const std::vector<Week> weeks = boundaries(world, risks, overflight[l]);
    for (std::size_t i = 0; i + 1 < weeks.size(); ++i) {
      const Span when{i == 0 ? Span{}.from : weeks[i], i + 2 == weeks.size() ? Span{}.to : weeks[i + 1]};
      const std::vector<std::string> shunned = avoided(world, in_week(risks, weeks[i]), l);
      for (const bool corridor : {false, true}) {
        const std::vector<Capital>& hosts = corridor ? favoured : plain;
        std::vector<std::string> closed = corridor ? std::vector<std::string>() : refusing(overflight[l], weeks[i]);
        const std::vector<std::optional<Leg>>& direct = plan(home, hosts, closed);
        std::vector<Capital> exposed;  // whose way leads over a state to be avoided
        for (std::size_t h = 0; h < hosts.size(); ++h) {
          lines[row[hosts[h].code]].add(agents::RouteKind::direct, when, direct[h]);
          if (direct[h] && std::any_of(direct[h]->over.begin(), direct[h]->over.end(), [&](const Leg::Over& o) {
                return std::binary_search(shunned.begin(), shunned.end(), o.state);
              }))
            exposed.push_back(hosts[h]);
        }
        if (exposed.empty()) continue;
        closed.insert(closed.end(), shunned.begin(), shunned.end());
        const std::vector<std::optional<Leg>>& avoiding = plan(home, exposed, closed);
        for (std::size_t h = 0; h < exposed.size(); ++h)
          lines[row[exposed[h].code]].add(agents::RouteKind::avoid, when, avoiding[h]);
      }
    }
    for (std::size_t h = 0; h < lines.size(); ++h)
      lines[h].each([&](agents::RouteKind kind, Span when, const Leg& leg) {
        agents::Flight flight;
        flight.leader = {static_cast<std::uint16_t>(l)};
        flight.host = {static_cast<std::uint16_t>(h)};
        flight.when = when;
        flight.route = kind;
        flight.hours = leg.hours;
        for (const Leg::Over& o : leg.over)
          if (const auto over = row.find(o.state); over != row.end()) flight.over.push_back({{over->second}, o.hours});
        flights.push_back(std::move(flight));
      });
  }
  return flights;
}

}  // namespace scenarios
