#include "scenarios/flights.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>
#include <functional>
#include <iterator>
#include <limits>
#include <locale>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <utility>

#include "agents/flight.hpp"
#include "agents/stage.hpp"
#include "scenarios/numbers.hpp"

namespace scenarios {
namespace {

using agents::Span;
using agents::Week;

constexpr double sample_km = 5;  // a way is looked at in steps of at most this length
constexpr const char* planning =
    "2";  // another number wherever other ways come out: what was kept before is planned anew

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

double number(const std::string& word) {
  double x = 0;
  std::from_chars(word.data(), word.data() + word.size(), x);
  return x;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& w : words) out += (out.empty() ? "" : ",") + w;
  return out;
}

/// A leader's flights as text, a line each: what the shelf keeps.
std::string shelf_text(const std::vector<agents::Flight>& flights, const agents::World& world) {
  std::string out;
  for (const agents::Flight& f : flights) {
    out += world.hosts[f.host.index].name + (f.route == agents::RouteKind::direct ? " direct " : " avoid ");
    out += std::to_string(f.when.from) + ' ' + std::to_string(f.when.to) + ' ' + shortest(f.hours);
    for (const agents::Flight::Over& o : f.over) out += ' ' + world.hosts[o.host.index].name + ' ' + shortest(o.hours);
    out += '\n';
  }
  return out;
}

/// Nothing if the entry is not the one asked for, or damaged.
std::optional<std::vector<agents::Flight>> flights_from(const std::string& text, const std::string& head,
                                                        const std::map<std::string, std::uint16_t>& row) {
  if (!text.starts_with(head)) return {};
  const std::size_t end = text.find('\n', head.size());
  if (end == text.npos || text.substr(head.size(), end - head.size()) != hex(digest(text.substr(end + 1)))) return {};
  std::vector<agents::Flight> flights;
  std::istringstream lines(text.substr(end + 1));
  lines.imbue(std::locale::classic());
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    words.imbue(std::locale::classic());
    std::string host, kind, hours;
    agents::Flight f;
    if (!(words >> host >> kind >> f.when.from >> f.when.to >> hours) || !row.contains(host)) return {};
    f.host = {row.at(host)};
    f.route = kind == "direct" ? agents::RouteKind::direct : agents::RouteKind::avoid;
    f.hours = number(hours);
    while (words >> host >> hours) {
      if (!row.contains(host)) return {};
      f.over.push_back({{row.at(host)}, number(hours)});
    }
    flights.push_back(std::move(f));
  }
  return flights;
}

}  // namespace

struct Planner::State {
  using States = std::vector<std::string>;  ///< sorted
  /// A way that has been planned before, and round what; null: there is none.
  struct Planned {
    const States* closed;
    std::shared_ptr<const Leg> leg;
  };
  const Airspace& airspace;
  Shelf* shelf;
  Mesh mesh{Airspace::rows, Airspace::columns};
  std::map<std::string, std::vector<std::size_t>> cells;  ///< by state
  std::string grid;                                       ///< digest
  std::set<States> closures;                              ///< all that ways have been planned round
  std::map<std::string, std::deque<Planned>> planned;     ///< by home and destination, the last first
  std::mutex mutex;                                       ///< of what `flights` reads and writes
  std::map<std::string, std::optional<std::vector<agents::Flight>>> flights;  ///< by name on the shelf

  State(const Airspace& a, Shelf* s) : airspace(a), shelf(s) {
    std::uint64_t h = digest({});
    for (std::size_t i = 0; i < a.owner.size(); ++i) {
      const bool owned = a.owner[i] != Airspace::nobody;
      if (owned) cells[a.states[static_cast<std::size_t>(a.owner[i])]].push_back(i);
      h = digest(owned ? a.states[static_cast<std::size_t>(a.owner[i])] : "-", h);
    }
    grid = hex(h);
  }

  /// Who else answers for the cell of a capital: the Vatican's is Italy's, whose it is to open.
  const std::string* landlord(const Capital& host) const {
    const std::int16_t owner = airspace.owner[mesh.cell_of(host.point)];
    if (owner == Airspace::nobody || airspace.states[static_cast<std::size_t>(owner)] == host.code) return nullptr;
    return &airspace.states[static_cast<std::size_t>(owner)];
  }

  /// `closed`: of `closures`.
  const Leg* plan(const Router& router, Router::Fan& fan, const Capital& home, const Capital& host,
                  const States& closed) {
    const std::string* gate = landlord(host);
    if (gate && *gate != home.code && std::binary_search(closed.begin(), closed.end(), *gate)) return nullptr;
    std::deque<Planned>& before = planned[named(home) + named(host)];
    for (const Planned& p : before)
      if (p.closed == &closed) return p.leg.get();
    const bool own = std::binary_search(closed.begin(), closed.end(), host.code);
    const std::vector<std::size_t> opened = own ? cells[host.code] : std::vector<std::size_t>();
    const auto known = std::find_if(before.begin(), before.end(), [&](const Planned& p) {
      return still_shortest(p, router, home, host, closed, opened);
    });
    std::shared_ptr<const Leg> way;
    if (known != before.end())
      way = known->leg;
    else if (const std::optional<Path> path = fan.shortest(host.point, opened))
      way = std::make_shared<const Leg>(leg(*path, home, host));
    return before.emplace_front(Planned{&closed, std::move(way)}).leg.get();
  }

  /// Whether what was shortest round other states is so round these: it keeps out of what is closed now, and what has
  /// opened since lies too far off to be of use.
  bool still_shortest(const Planned& p, const Router& router, const Capital& home, const Capital& host,
                      const std::vector<std::string>& closed, const std::vector<std::size_t>& opened) {
    std::vector<std::string> since;
    std::set_difference(p.closed->begin(), p.closed->end(), closed.begin(), closed.end(), std::back_inserter(since));
    std::erase_if(since, [&](const std::string& s) { return s == home.code || s == host.code; });
    if (!p.leg) return since.empty();
    if (!router.clear(p.leg->turns, opened)) return false;
    return std::none_of(since.begin(), since.end(),
                        [&](const std::string& s) { return least_hours(home, host, s) <= p.leg->hours; });
  }

  /// No way over this state takes less.
  double least_hours(const Capital& home, const Capital& host, const std::string& state) {
    const auto [at, fresh] = least.try_emplace(named(home) + named(host) + state, 0.0);
    if (!fresh) return at->second;
    const Vector a = on_sphere(home.point), b = on_sphere(host.point);
    std::int64_t mm = std::numeric_limits<std::int64_t>::max();
    for (const std::size_t cell : cells[state]) {
      const auto columns = static_cast<std::size_t>(mesh.columns());
      const Vector middle = on_sphere({90 - (static_cast<double>(cell / columns) + 0.5) * mesh.row_degrees(),
                                       (static_cast<double>(cell % columns) + 0.5) * mesh.column_degrees() - 180});
      mm = std::min(mm, millimetres(a, middle) + millimetres(middle, b));
    }
    return at->second = hours_of(mm - 100'000'000);  // a cell's edge is less than 50 km from its middle
  }
  std::map<std::string, double> least;

  static std::string named(const Capital& c) {
    return c.code + ' ' + shortest(c.point.lat) + ' ' + shortest(c.point.lon) + ' ';
  }

  /// Whom a path leads over, in equal steps of each of its parts.
  Leg leg(const Path& path, const Capital& home, const Capital& host) {
    Leg leg{path.turns, hours_of(path.mm), {}};
    const std::size_t first = mesh.cell_of(home.point), last = mesh.cell_of(host.point);
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

std::vector<const Leg*> Planner::plan(const Capital& home, const std::vector<Capital>& to,
                                      std::vector<std::string> closed) {
  std::sort(closed.begin(), closed.end());
  closed.erase(std::unique(closed.begin(), closed.end()), closed.end());
  std::vector<bool> shut(state_->mesh.cells(), false);
  for (const std::string& state : closed)
    if (state != home.code)
      for (const std::size_t cell : state_->cells[state]) shut[cell] = true;
  const Router router(state_->mesh, std::move(shut));
  Router::Fan fan = router.from(home.point);
  std::vector<const Leg*> legs;
  const State::States& kept = *state_->closures.insert(std::move(closed)).first;
  for (const Capital& host : to) legs.push_back(state_->plan(router, fan, home, host, kept));
  return legs;
}

namespace {

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

std::vector<std::string> without(std::vector<std::string> states, const std::vector<std::string>& some) {
  std::erase_if(states, [&](const std::string& s) { return std::find(some.begin(), some.end(), s) != some.end(); });
  return states;
}

/// One leader's flights to one host, period after period; equal neighbours become one.
class Line {
 public:
  void add(agents::RouteKind kind, Span when, const Leg* leg) {
    if (!leg) return;
    std::vector<Stretch>& all = stretches_[static_cast<std::size_t>(kind)];
    if (!all.empty() && all.back().when.to == when.from && all.back().leg->hours == leg->hours &&
        all.back().leg->over == leg->over)
      all.back().when.to = when.to;
    else
      all.push_back({when, leg});
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
  std::vector<Stretch> stretches_[2];
};

/// Weeks in which nothing that a leader's flights depend on changes, and what that is.
struct Situation {
  Span when;
  std::vector<std::string> refusing, avoided;
};

std::vector<Situation> situations(const agents::World& world, const std::vector<agents::PublicRisk>& risks,
                                  const Overflight& overflight, std::size_t leader) {
  std::set<Week> weeks;
  for (const agents::PublicRisk& risk : risks) weeks.insert(risk.when.from);
  for (const Refusal& r : overflight.refusals)
    for (const Week t : {r.when.from, r.when.to})
      if (t > 0 && t < world.weeks) weeks.insert(t);
  std::vector<Situation> all;
  for (const Week t : weeks) {
    Situation now{
        {all.empty() ? Span{}.from : t, Span{}.to}, refusing(overflight, t), avoided(world, in_week(risks, t), leader)};
    if (!all.empty() && all.back().refusing == now.refusing && all.back().avoided == now.avoided) continue;
    if (!all.empty()) all.back().when.to = t;
    all.push_back(std::move(now));
  }
  return all;
}

std::vector<agents::Flight> work_out(Planner& planner, const Capital& home, const std::vector<Capital>& to,
                                     const std::vector<Situation>& periods, const std::vector<Corridor>& corridors,
                                     const std::map<std::string, std::uint16_t>& row,
                                     const std::function<void(std::size_t)>& done) {
  // Hosts with a corridor each, and all the others, meet refusals of their own.
  std::vector<std::pair<std::vector<Capital>, std::vector<std::string>>> groups(1);
  for (const Capital& host : to) {
    const auto corridor =
        std::find_if(corridors.begin(), corridors.end(), [&](const Corridor& c) { return c.host == host.code; });
    if (corridor == corridors.end())
      groups.front().first.push_back(host);
    else
      groups.push_back({{host}, corridor->over});
  }
  std::map<std::string, Line> lines;
  for (std::size_t period = 0; period < periods.size(); ++period) {
    const Situation& now = periods[period];
    done(period);
    for (const auto& [hosts, let_through] : groups) {
      std::vector<std::string> closed = without(now.refusing, let_through);
      const std::vector<const Leg*> direct = planner.plan(home, hosts, closed);
      std::vector<Capital> exposed;  // whose way leads over a state to be avoided
      for (std::size_t h = 0; h < hosts.size(); ++h) {
        lines[hosts[h].code].add(agents::RouteKind::direct, now.when, direct[h]);
        if (direct[h] && std::any_of(direct[h]->over.begin(), direct[h]->over.end(), [&](const Leg::Over& o) {
              return std::binary_search(now.avoided.begin(), now.avoided.end(), o.state);
            }))
          exposed.push_back(hosts[h]);
      }
      if (exposed.empty()) continue;
      closed.insert(closed.end(), now.avoided.begin(), now.avoided.end());
      const std::vector<const Leg*> avoiding = planner.plan(home, exposed, closed);
      for (std::size_t h = 0; h < exposed.size(); ++h)
        lines[exposed[h].code].add(agents::RouteKind::avoid, now.when, avoiding[h]);
    }
  }
  done(periods.size());
  std::vector<agents::Flight> flights;
  for (const auto& [host, line] : lines)
    line.each([&, &code = host](agents::RouteKind kind, Span when, const Leg& leg) {
      agents::Flight f;
      f.host = {row.at(code)};
      f.when = when;
      f.route = kind;
      f.hours = leg.hours;
      for (const Leg::Over& o : leg.over)
        if (const auto over = row.find(o.state); over != row.end()) f.over.push_back({{over->second}, o.hours});
      flights.push_back(std::move(f));
    });
  return flights;
}

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

std::vector<std::string> refusing(const Overflight& overflight, Week week, const std::string& host) {
  for (const Corridor& c : overflight.corridors)
    if (c.host == host) return without(refusing(overflight, week), c.over);
  return refusing(overflight, week);
}

std::vector<agents::Flight> Planner::flights(const agents::World& world, const std::vector<Overflight>& overflight) {
  const std::vector<agents::PublicRisk> risks = agents::public_risks(world);
  std::map<std::string, std::uint16_t> row;
  for (std::size_t h = 0; h < world.hosts.size(); ++h) row[world.hosts[h].name] = static_cast<std::uint16_t>(h);
  std::vector<agents::Flight> all;
  for (std::size_t l = 0; l < world.leaders.size(); ++l) {
    const agents::Leader& leader = world.leaders[l];
    const Capital home{leader.home, {leader.lat, leader.lon}};
    std::vector<Capital> to;
    for (const agents::Host& h : world.hosts)
      if (h.name != leader.home) to.push_back({h.name, {h.lat, h.lon}});
    const std::vector<Situation> periods = situations(world, risks, overflight[l], l);

    std::string question = state_->grid + ' ' + State::named(home);
    for (const Capital& c : to) question += State::named(c);
    for (const Corridor& c : overflight[l].corridors) question += " corridor " + c.host + ' ' + joined(c.over);
    for (const Situation& s : periods)
      question +=
          " from " + std::to_string(s.when.from) + " refuse " + joined(s.refusing) + " avoid " + joined(s.avoided);
    const std::string name = "routes_" + hex(digest(question)) + hex(digest(question, 1));
    const std::string head = "safeconduct routes " + std::string(planning) + ' ' + name + ' ';
    const std::scoped_lock lock(state_->mutex);
    std::optional<std::vector<agents::Flight>>& flights = state_->flights[name];
    if (!flights && state_->shelf)
      if (const auto kept = state_->shelf->find(name)) flights = flights_from(*kept, head, row);
    if (!flights) {
      flights = work_out(*this, home, to, periods, overflight[l].corridors, row, [&](std::size_t done) {
        if (state_->shelf) state_->shelf->working_on(leader.name, done, periods.size());
      });
      const std::string text = shelf_text(*flights, world);
      if (state_->shelf) state_->shelf->keep(name, head + hex(digest(text)) + '\n' + text);
    }
    for (agents::Flight f : *flights) {
      f.leader = agents::leader_id(l);
      all.push_back(std::move(f));
    }
  }
  return all;
}

}  // namespace scenarios
