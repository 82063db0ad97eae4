#include "scenarios/tables.hpp"

#include <algorithm>

#include "scenarios/csv.hpp"
#include "scenarios/format.hpp"
#include "scenarios/numbers.hpp"

namespace scenarios {
namespace {

using agents::Shock;
using agents::ShockTarget;
using agents::Span;
using agents::Week;

// --- writing ---

std::string field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == text.npos && !text.starts_with('#') && !text.starts_with(' ') &&
      !text.ends_with(' '))
    return text;
  std::string out = "\"";
  for (char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}
std::string field(const char* text) { return field(std::string(text)); }
std::string field(double x) { return shortest(x); }
std::string field(int x) { return std::to_string(x); }
std::string field(Date date) { return to_text(date); }

/// A line of a table; the first is its header.
class Lines {
 public:
  explicit Lines(const char* header) : text_(std::string(header) + '\n') {}
  template <class... Fields>
  void line(const Fields&... fields) {
    bool first = true;
    (add(field(fields), first), ...);
    text_ += '\n';
  }
  /// For the tables with one column for each feature.
  void line_of(const std::vector<std::string>& fields) {
    bool first = true;
    for (const std::string& one : fields) add(field(one), first);
    text_ += '\n';
  }
  std::string text() && { return std::move(text_); }

 private:
  void add(const std::string& field, bool& first) {
    if (!first) text_ += ',';
    first = false;
    text_ += field;
  }
  std::string text_;
};

std::string begins(Span span) { return span.from == agents::no_start ? "" : std::to_string(span.from); }
std::string ends(Span span) { return span.to == agents::no_end ? "" : std::to_string(span.to); }

constexpr const char* target_names[] = {"nu", "B", "delta", "S", "Pi",      "lam",
                                        "J",  "Q", "C",     "W", "feature", "government"};
constexpr const char* op_names[] = {"set", "add", "multiply"};

std::string hosts(const Scenario& s) {
  Lines out("host,name,region,lat,lon,exists_from,exists_to,member_from,member_to,J,Q,C,W,mass");
  for (std::size_t h = 0; h < s.world.hosts.size(); ++h) {
    const agents::Host& host = s.world.hosts[h];
    const auto line = [&](const std::string& from, const std::string& to) {
      out.line(host.name, s.host_names[h], host.region, host.lat, host.lon, begins(host.exists), ends(host.exists),
               from, to, host.J, host.Q, host.C, host.W, host.mass);
    };
    if (host.membership.empty()) line("", "");
    for (const Span& member : host.membership) {
      // Both ends empty would read "never a member".
      const bool always = member == Span{};
      line(always ? std::to_string(member.from) : begins(member), ends(member));
    }
  }
  return std::move(out).text();
}

std::string leaders(const Scenario& s) {
  Lines out("leader,display,home,lat,lon,warrant,issue,weeks,R,Lambda,S,Pi,lam,D");
  for (std::size_t l = 0; l < s.world.leaders.size(); ++l) {
    const agents::Leader& leader = s.world.leaders[l];
    const LeaderLabel& label = s.leader_labels[l];
    out.line(leader.name, label.name, leader.home, leader.lat, leader.lon, label.warrant ? to_text(*label.warrant) : "",
             leader.issue, s.world.weeks, leader.R, leader.Lambda, leader.S, leader.Pi, leader.lam, leader.D);
  }
  return std::move(out).text();
}

std::string dyads(const Scenario& s) {
  std::string header = "leader,host";
  for (const std::string& feature : s.world.features) header += ',' + feature;
  Lines out(header.c_str());
  for (std::size_t l = 0; l < s.world.leaders.size(); ++l)
    for (std::size_t h = 0; h < s.world.hosts.size(); ++h) {
      std::vector<std::string> fields{s.world.leaders[l].name, s.world.hosts[h].name};
      for (std::size_t k = 0; k < s.world.features.size(); ++k)
        fields.push_back(shortest(s.world.dyads[l](static_cast<Eigen::Index>(h), static_cast<Eigen::Index>(k))));
      out.line_of(fields);
    }
  return std::move(out).text();
}

std::string stances(const Scenario& s) {
  Lines out("leader,host,kind,from,to,value");
  for (const agents::Stance& stance : s.world.stances)
    out.line(s.world.leaders[stance.leader.index].name, s.world.hosts[stance.host.index].name,
             stance.kind == agents::StanceKind::own ? "own" : "organisation", begins(stance.when), ends(stance.when),
             stance.value);
  return std::move(out).text();
}

std::string flights(const Scenario& s) {
  Lines out("leader,host,from,to,route,hours,over,hours_over");
  for (const agents::Flight& flight : s.world.flights) {
    const auto line = [&](const std::string& over, const std::string& hours_over) {
      out.line(s.world.leaders[flight.leader.index].name, s.world.hosts[flight.host.index].name, begins(flight.when),
               ends(flight.when), flight.route == agents::RouteKind::direct ? "direct" : "avoid", flight.hours, over,
               hours_over);
    };
    if (flight.over.empty()) line("", "");
    for (const agents::Flight::Over& over : flight.over)
      line(s.world.hosts[over.host.index].name, shortest(over.hours));
  }
  return std::move(out).text();
}

std::string ngos(const Scenario& s) {
  Lines out("ngo,display,B,y,omega");
  for (std::size_t n = 0; n < s.world.ngos.size(); ++n) {
    const agents::Ngo& ngo = s.world.ngos[n];
    out.line(ngo.name, s.ngo_names[n], ngo.B, ngo.y, ngo.omega);
  }
  return std::move(out).text();
}

std::string reach(const Scenario& s) {
  Lines out("ngo,host,G");
  for (std::size_t n = 0; n < s.world.ngos.size(); ++n)
    for (std::size_t h = 0; h < s.world.hosts.size(); ++h)
      if (const double G = s.world.reach(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(h)); G != 0)
        out.line(s.world.ngos[n].name, s.world.hosts[h].name, G);
  return std::move(out).text();
}

std::string events(const Scenario& s) {
  Lines out("event,display,kind,date,start,days,host,V,lead,participants,leaders,bound,cover,trip");
  for (std::size_t e = 0; e < s.world.events.size(); ++e) {
    const agents::Event& event = s.world.events[e];
    std::string invited;
    for (const agents::LeaderId id : event.leaders)
      invited += (invited.empty() ? "" : " ") + s.world.leaders[id.index].name;
    const EventLabel& label = s.event_labels[e];
    out.line(event.name, label.name, label.kind, label.date, event.start, event.days,
             s.world.hosts[event.host.index].name, event.V, event.lead, event.participants, invited, event.bound,
             event.cover, event.trip);
  }
  return std::move(out).text();
}

std::string shocks(const Scenario& s) {
  Lines out("week,target,op,value,leader,host,ngo");
  for (const Shock& shock : s.world.shocks) {
    const auto name = [](const auto& rows, int row) {
      return row == Shock::all ? std::string() : rows[static_cast<std::size_t>(row)].name;
    };
    const std::string target = shock.target == ShockTarget::feature
                                   ? s.world.features[static_cast<std::size_t>(shock.feature)]
                                   : target_names[static_cast<int>(shock.target)];
    out.line(shock.week, target, op_names[static_cast<int>(shock.op)], shock.value, name(s.world.leaders, shock.leader),
             name(s.world.hosts, shock.host), name(s.world.ngos, shock.ngo));
  }
  return std::move(out).text();
}

std::string parameters(const Scenario& s) {
  Lines out("name,value");
  for (const agents::Parameter& p : agents::parameter_table())
    out.line(std::string(p.symbol), s.world.parameters.*p.member);
  return std::move(out).text();
}

std::string run(const Scenario& s) {
  Lines out("name,value");
  out.line("title", s.title);
  out.line("scenario", s.name);
  out.line("start", s.start);
  return std::move(out).text();
}

// --- reading ---

Week week_in(const Row& row, std::string_view column, Week if_empty) {
  if (row.text(column) == std::to_string(agents::no_start))
    return agents::no_start;  // beyond what a week in a table may be
  return row.empty(column) ? if_empty : row.integer(column);
}

/// Parameters and losses may be infinite.
double number_in(const Row& row, std::string_view column, double low = -unbounded, double high = unbounded) {
  return row.text(column) == "inf" && high == unbounded ? unbounded : row.number(column, low, high);
}

Span span_in(const Row& row, std::string_view from, std::string_view to) {
  return {week_in(row, from, agents::no_start), week_in(row, to, agents::no_end)};
}

class TablesReader {
 public:
  explicit TablesReader(const std::map<std::string, std::string>& tables) : tables_(tables) {}

  Scenario read() {
    run();
    hosts();
    leaders();
    dyads();
    stances();
    flights();
    ngos();
    reach();
    events();
    shocks();
    parameters();
    return std::move(s_);
  }

 private:
  /// Rows of one table, handed to `read` one by one.
  template <class Read>
  void each(const std::string& file, const std::vector<std::string>& columns, Read read) {
    const auto found = tables_.find(file);
    if (found == tables_.end()) {
      if (file == "stances.csv" || file == "flights.csv" || file == "events.csv" || file == "shocks.csv") return;
      throw TableError(file + ": the table is missing");
    }
    const Table table(file, found->second, columns);
    for (const Row& row : table.rows()) read(row);
  }

  template <class Things>
  std::uint16_t row_of(const Things& things, const std::map<std::string, std::size_t>& rows, const Row& row,
                       std::string_view column) const {
    const auto found = rows.find(row.text(column));
    if (found == rows.end() || found->second >= things.size())
      row.fail("unknown " + std::string(column) + " '" + row.text(column) + "'");
    return static_cast<std::uint16_t>(found->second);
  }
  agents::HostId host(const Row& row, std::string_view column = "host") const {
    return {row_of(s_.world.hosts, host_rows_, row, column)};
  }
  agents::LeaderId leader(const Row& row) const { return {row_of(s_.world.leaders, leader_rows_, row, "leader")}; }
  std::uint16_t ngo(const Row& row) const { return row_of(s_.world.ngos, ngo_rows_, row, "ngo"); }

  static void once(std::map<std::string, std::size_t>& rows, const Row& row, std::string_view column) {
    if (!rows.emplace(row.text(column), rows.size()).second) row.fail("'" + row.text(column) + "' is listed twice");
  }

  void run() {
    each("run.csv", {"name", "value"}, [&](const Row& row) {
      const std::string& name = row.text("name");
      if (name == "title") s_.title = row.text("value");
      if (name == "scenario") s_.name = row.text("value");
      if (name == "start") s_.start = row.date("value");
    });
  }

  void hosts() {
    each("hosts.csv",
         {"host", "region", "lat", "lon", "exists_from", "exists_to", "member_from", "member_to", "J", "Q", "C", "W",
          "mass", "name"},
         [&](const Row& row) {
           if (s_.world.hosts.empty() || s_.world.hosts.back().name != row.text("host")) {
             once(host_rows_, row, "host");
             agents::Host host;
             host.name = row.text("host");
             host.region = row.text("region");
             host.lat = row.number("lat");
             host.lon = row.number("lon");
             host.exists = span_in(row, "exists_from", "exists_to");
             host.J = row.number("J");
             host.Q = row.number("Q");
             host.C = row.number("C");
             host.W = row.number("W");
             host.mass = row.number("mass");
             s_.world.hosts.push_back(std::move(host));
             s_.host_names.push_back(row.text("name"));
           }
           if (!row.empty("member_from") || !row.empty("member_to"))
             s_.world.hosts.back().membership.push_back(span_in(row, "member_from", "member_to"));
         });
  }

  void leaders() {
    each("leaders.csv",
         {"leader", "display", "home", "lat", "lon", "warrant", "issue", "weeks", "R", "Lambda", "S", "Pi", "lam", "D"},
         [&](const Row& row) {
           once(leader_rows_, row, "leader");
           agents::Leader leader;
           leader.name = row.text("leader");
           leader.home = row.text("home");
           leader.lat = row.number("lat");
           leader.lon = row.number("lon");
           leader.issue = row.integer("issue");
           leader.R = row.number("R");
           leader.Lambda = number_in(row, "Lambda");
           leader.S = row.number("S");
           leader.Pi = row.number("Pi");
           leader.lam = row.number("lam");
           leader.D = row.number("D");
           s_.world.leaders.push_back(std::move(leader));
           s_.leader_labels.push_back({row.text("display"), row.date_if_any("warrant")});
           if (s_.world.weeks && s_.world.weeks != row.integer("weeks"))
             row.fail("'weeks' differs from the leader above");
           s_.world.weeks = row.integer("weeks");
         });
  }

  void dyads() {
    const auto found = tables_.find("dyads.csv");
    if (found == tables_.end()) throw TableError("dyads.csv: the table is missing");
    const Table table("dyads.csv", found->second, {"leader", "host"});
    for (const std::string& column : table.header())
      if (column != "leader" && column != "host") s_.world.features.push_back(column);
    s_.world.dyads.assign(s_.world.leaders.size(),
                          Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(s_.world.hosts.size()),
                                                static_cast<Eigen::Index>(s_.world.features.size())));
    for (const Row& row : table.rows())
      for (std::size_t k = 0; k < s_.world.features.size(); ++k)
        s_.world.dyads[leader(row).index](host(row).index, static_cast<Eigen::Index>(k)) =
            row.number(s_.world.features[k]);
  }

  void stances() {
    each("stances.csv", {"leader", "host", "kind", "from", "to", "value"}, [&](const Row& row) {
      if (row.text("kind") != "own" && row.text("kind") != "organisation")
        row.fail("unknown kind '" + row.text("kind") + "'");
      s_.world.stances.push_back(
          {leader(row), host(row),
           row.text("kind") == "own" ? agents::StanceKind::own : agents::StanceKind::organisation,
           span_in(row, "from", "to"), row.number("value")});
    });
  }

  void flights() {
    each("flights.csv", {"leader", "host", "from", "to", "route", "hours", "over", "hours_over"}, [&](const Row& row) {
      if (row.text("route") != "direct" && row.text("route") != "avoid")
        row.fail("unknown route '" + row.text("route") + "'");
      agents::Flight flight;
      flight.leader = leader(row);
      flight.host = host(row);
      flight.when = span_in(row, "from", "to");
      flight.route = row.text("route") == "direct" ? agents::RouteKind::direct : agents::RouteKind::avoid;
      flight.hours = row.number("hours");
      const auto same = [&](const agents::Flight& f) {
        return f.leader == flight.leader && f.host == flight.host && f.when == flight.when && f.route == flight.route;
      };
      if (s_.world.flights.empty() || !same(s_.world.flights.back())) s_.world.flights.push_back(std::move(flight));
      if (!row.empty("over")) s_.world.flights.back().over.push_back({host(row, "over"), row.number("hours_over")});
    });
  }

  void ngos() {
    each("ngos.csv", {"ngo", "display", "B", "y", "omega"}, [&](const Row& row) {
      once(ngo_rows_, row, "ngo");
      s_.world.ngos.push_back({row.text("ngo"), row.number("B"), row.number("y"), row.number("omega")});
      s_.ngo_names.push_back(row.text("display"));
    });
  }

  void reach() {
    s_.world.reach = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(s_.world.ngos.size()),
                                           static_cast<Eigen::Index>(s_.world.hosts.size()));
    each("reach.csv", {"ngo", "host", "G"},
         [&](const Row& row) { s_.world.reach(ngo(row), host(row).index) = row.number("G"); });
  }

  void events() {
    each("events.csv",
         {"event", "display", "kind", "date", "start", "days", "host", "V", "lead", "participants", "leaders", "bound",
          "cover", "trip"},
         [&](const Row& row) {
           agents::Event event;
           event.name = row.text("event");
           event.start = row.integer("start");
           event.days = row.number("days");
           event.host = host(row);
           event.V = row.number("V");
           event.lead = row.integer("lead");
           event.participants = row.number("participants");
           event.bound = row.number("bound");
           event.cover = row.number("cover");
           event.trip = row.text("trip");
           std::string_view names = row.text("leaders");
           while (!names.empty()) {
             const std::string name(names.substr(0, names.find(' ')));
             names.remove_prefix(std::min(names.size(), name.size() + 1));
             const auto found = leader_rows_.find(name);
             if (found == leader_rows_.end()) row.fail("unknown leader '" + name + "'");
             event.leaders.push_back(agents::leader_id(found->second));
           }
           s_.world.events.push_back(std::move(event));
           s_.event_labels.push_back({row.text("display"), row.text("kind"), row.date("date")});
         });
  }

  void shocks() {
    each("shocks.csv", {"week", "target", "op", "value", "leader", "host", "ngo"}, [&](const Row& row) {
      Shock shock;
      shock.week = row.integer("week");
      const std::string& target = row.text("target");
      const auto& features = s_.world.features;
      if (const auto feature = std::find(features.begin(), features.end(), target); feature != features.end()) {
        shock.target = ShockTarget::feature;
        shock.feature = static_cast<int>(feature - features.begin());
      } else if (const auto name = std::find(std::begin(target_names), std::end(target_names), target);
                 name != std::end(target_names) && target != "feature") {
        shock.target = static_cast<ShockTarget>(name - std::begin(target_names));
      } else {
        row.fail("unknown target '" + target + "'");
      }
      const auto op = std::find(std::begin(op_names), std::end(op_names), row.text("op"));
      if (op == std::end(op_names)) row.fail("unknown op '" + row.text("op") + "'");
      shock.op = static_cast<agents::ShockOp>(op - std::begin(op_names));
      shock.value = row.number("value");
      if (!row.empty("leader")) shock.leader = leader(row).index;
      if (!row.empty("host")) shock.host = host(row).index;
      if (!row.empty("ngo")) shock.ngo = ngo(row);
      s_.world.shocks.push_back(shock);
    });
  }

  void parameters() {
    std::map<std::string, std::size_t> seen;
    each("parameters.csv", {"name", "value"}, [&](const Row& row) {
      once(seen, row, "name");
      const agents::Parameter* p = agents::find_parameter(row.text("name"));
      if (!p) row.fail("unknown parameter '" + row.text("name") + "'");
      s_.world.parameters.*p->member = number_in(row, "value", p->low, p->high);
    });
    for (const agents::Parameter& p : agents::parameter_table())
      if (!seen.contains(std::string(p.symbol)))
        throw TableError("parameters.csv: '" + std::string(p.symbol) + "' is missing");
  }

  const std::map<std::string, std::string>& tables_;
  Scenario s_;
  std::map<std::string, std::size_t> host_rows_, leader_rows_, ngo_rows_;
};

}  // namespace

std::map<std::string, std::string> export_tables(const Scenario& s) {
  return {{"hosts.csv", hosts(s)},           {"leaders.csv", leaders(s)}, {"dyads.csv", dyads(s)},
          {"stances.csv", stances(s)},       {"flights.csv", flights(s)}, {"ngos.csv", ngos(s)},
          {"reach.csv", reach(s)},           {"events.csv", events(s)},   {"shocks.csv", shocks(s)},
          {"parameters.csv", parameters(s)}, {"run.csv", run(s)}};
}

Scenario import_tables(const std::map<std::string, std::string>& tables) { return TablesReader(tables).read(); }

}  // namespace scenarios
