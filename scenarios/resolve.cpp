#include "scenarios/resolve.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "agents/arithmetic.hpp"
#include "agents/calendar.hpp"
#include "agents/stage.hpp"
#include "scenarios/check.hpp"
#include "scenarios/derive.hpp"

namespace scenarios {
namespace {

using agents::Shock;
using agents::ShockTarget;
using agents::Span;
using agents::Week;

constexpr std::pair<std::string_view, ShockTarget> shock_targets[] = {{"nu", ShockTarget::nu},
                                                                      {"B", ShockTarget::B},
                                                                      {"delta", ShockTarget::delta},
                                                                      {"S", ShockTarget::S},
                                                                      {"Pi", ShockTarget::Pi},
                                                                      {"lam", ShockTarget::lam},
                                                                      {"J", ShockTarget::J},
                                                                      {"Q", ShockTarget::Q},
                                                                      {"C", ShockTarget::C},
                                                                      {"W", ShockTarget::W},
                                                                      {"feature", ShockTarget::feature},
                                                                      {"government", ShockTarget::government}};

ShockTarget target_of(std::string_view name) {
  return std::find_if(std::begin(shock_targets), std::end(shock_targets),
                      [&](const auto& t) { return t.first == name; })
      ->second;
}

bool of_leader(ShockTarget target) {
  return target == ShockTarget::S || target == ShockTarget::Pi || target == ShockTarget::lam;
}

void take(const TomlTable& table, std::string_view key, double& into) {
  if (const auto x = number_in(table, key)) into = *x;
}

Period period_in(const TomlTable& table) { return {date_in(table, "from"), date_in(table, "to")}; }

std::string hundredths(double x) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, x, std::chars_format::fixed, 2).ptr);
}

class Resolver {
 public:
  Resolver(const TomlTable& table, const Source& file, const Facts& facts, Planner* planner)
      : table_(table), file_(file), facts_(facts), planner_(planner) {}

  Scenario run(std::string name) {
    out_.name = std::move(name);
    out_.title = text_in(table_, "title", out_.name);
    out_.start = *date_in(table_, "start");
    world_.weeks = static_cast<Week>(*horizon(table_));
    const TomlTable& run = table_in(table_, "run");
    if (const auto* seed = in<std::int64_t>(run, "seed")) out_.run.seed = static_cast<std::uint64_t>(*seed);
    if (const auto* replicates = in<std::int64_t>(run, "replicates")) out_.run.replicates = *replicates;

    shipped_world();
    for (const TomlEntry& entry : table_in(table_, "parameters").entries())
      world_.parameters.*agents::find_parameter(entry.key)->member = *number_of(entry.value);
    leaders();
    hosts();
    dyads();
    ngos();
    events();
    stances();
    shocks();
    initial_norm();
    overflight();
    if (planner_) world_.flights = planner_->flights(world_, out_.overflight);

    refuse_shared_luck();
    note_what_is_lost();
    for (const TomlEntry& entry : table_.entries()) record(entry.key, entry.value);
    return std::move(out_);
  }

 private:
  std::size_t host_row(std::string_view code) const {
    const auto at = std::lower_bound(world_.hosts.begin(), world_.hosts.end(), code,
                                     [](const agents::Host& host, std::string_view c) { return host.name < c; });
    return static_cast<std::size_t>(at - world_.hosts.begin());
  }
  agents::HostId host_id(std::string_view code) const { return {static_cast<std::uint16_t>(host_row(code))}; }

  std::size_t leader_row(std::string_view id) const {
    std::size_t row = 0;
    while (world_.leaders[row].name != id) ++row;
    return row;
  }
  /// Of the leader that an entry names, else of all.
  std::vector<std::size_t> leader_rows(const TomlTable& entry) const {
    if (entry.find("leader")) return {leader_row(text_in(entry, "leader"))};
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < world_.leaders.size(); ++row) rows.push_back(row);
    return rows;
  }
  std::size_t ngo_row(std::string_view id) const {
    std::size_t row = 0;
    while (row < world_.ngos.size() && world_.ngos[row].name != id) ++row;
    return row;
  }

  void shipped_world() {
    std::vector<LeaderRequest> requests;
    for (const TomlEntry& entry : table_in(table_, "leaders").entries()) {
      const TomlTable& leader = *entry.value.as<TomlTable>();
      if (flag_in(leader, "remove")) continue;
      leaders_.push_back(&entry);
      requests.push_back({profile(facts_, entry.key) ? entry.key : "", home_of(leader, entry.key, facts_)});
    }
    try {
      BaseWorld base = derive(facts_, out_.start, world_.weeks, requests);
      world_.hosts = std::move(base.hosts);
      world_.leaders = std::move(base.leaders);
      world_.features = std::move(base.features);
      world_.dyads = std::move(base.dyads);
      world_.stances = std::move(base.stances);
      world_.ngos = std::move(base.ngos);
      world_.reach = std::move(base.reach);
      world_.shocks = std::move(base.shocks);
      out_.host_names = std::move(base.host_names);
      out_.ngo_names = std::move(base.ngo_names);
    } catch (const WorldError& error) {
      throw ScenarioError({problem_at({&file_, 0, 0}, printable(error.what()))});
    }
  }

  /// A value that the scenario sets holds until a shock of the scenario: shipped dated changes of it are left out.
  template <class Same>
  void drop_shipped_shocks(Same same) {
    std::erase_if(world_.shocks, same);
  }

  void leaders() {
    for (std::size_t row = 0; row < leaders_.size(); ++row) {
      const std::string& id = leaders_[row]->key;
      const TomlTable& table = *leaders_[row]->value.as<TomlTable>();
      const Profile* shipped = profile(facts_, id);
      agents::Leader& leader = world_.leaders[row];
      leader.name = id;
      LeaderLabel label{text_in(table, "name", shipped ? shipped->name : id),
                        shipped ? shipped->warrant : std::nullopt};
      if (table.find("warrant")) label.warrant = date_in(table, "warrant");  // false is no date
      leader.issue = label.warrant ? first_week_from(*label.warrant, out_.start) : world_.weeks;
      leader.Lambda = world_.parameters.Lambda;
      if (!shipped) {
        leader.lam = world_.parameters.lam;
        leader.D = world_.parameters.D;
      }
      take(table, "retaliation", leader.R);
      take(table, "loss", leader.Lambda);
      take(table, "sanctions", leader.S);
      take(table, "western_pressure", leader.Pi);
      take(table, "opportunities", leader.lam);
      take(table, "reach_km", leader.D);
      drop_shipped_shocks([&](const Shock& s) {
        return s.leader == static_cast<int>(row) && ((s.target == ShockTarget::S && table.find("sanctions")) ||
                                                     (s.target == ShockTarget::Pi && table.find("western_pressure")) ||
                                                     (s.target == ShockTarget::lam && table.find("opportunities")));
      });
      out_.leader_labels.push_back(std::move(label));
    }
  }

  void hosts() {
    for (const TomlEntry& entry : table_in(table_, "hosts").entries()) {
      const TomlTable& table = *entry.value.as<TomlTable>();
      const std::size_t row = host_row(entry.key);
      agents::Host& host = world_.hosts[row];
      out_.host_names[row] = text_in(table, "name", out_.host_names[row]);
      host.region = text_in(table, "region", host.region);
      take(table, "judicial_independence", host.J);
      if (table.find("implementing_legislation")) host.Q = flag_in(table, "implementing_legislation");
      take(table, "civil_society", host.C);
      take(table, "western_dependence", host.W);
      take(table, "economic_mass", host.mass);
      take(table, "latitude", host.lat);
      take(table, "longitude", host.lon);
      if (table.find("exists")) host.exists = weeks_of(period_in(table_in(table, "exists")), out_.start);
      if (const TomlValue* member = value_in(table, "member")) host.membership = membership(*member);
      drop_shipped_shocks([&](const Shock& s) {
        return s.host == static_cast<int>(row) &&
               ((s.target == ShockTarget::J && table.find("judicial_independence")) ||
                (s.target == ShockTarget::Q && table.find("implementing_legislation")) ||
                (s.target == ShockTarget::C && table.find("civil_society")) ||
                (s.target == ShockTarget::W && table.find("western_dependence")));
      });
      for (agents::Leader& leader : world_.leaders)
        if (leader.home == host.name) {
          leader.lat = host.lat;
          leader.lon = host.lon;
        }
    }
  }

  std::vector<Span> membership(const TomlValue& member) const {
    if (const bool* flag = member.as<bool>()) return *flag ? std::vector{Span{}} : std::vector<Span>{};
    std::vector<Span> spans;
    for (const TomlValue& one : *member.as<std::vector<TomlValue>>()) {
      const Span span = weeks_of(period_in(*one.as<TomlTable>()), out_.start);
      if (span.from < span.to) spans.push_back(span);
    }
    std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.from < b.from; });
    return spans;
  }

  void dyads() {
    for (const TomlEntry& leader : table_in(table_, "dyads").entries()) {
      const std::size_t row = leader_row(leader.key);
      for (const TomlEntry& host : leader.value.as<TomlTable>()->entries())
        for (const TomlEntry& feature : host.value.as<TomlTable>()->entries()) {
          const auto column = feature_column(feature.key);
          const auto h = host_row(host.key);
          world_.dyads[row](static_cast<Eigen::Index>(h), column) = *number_of(feature.value);
          drop_shipped_shocks([&](const Shock& s) {
            return s.target == ShockTarget::feature && s.leader == static_cast<int>(row) &&
                   s.host == static_cast<int>(h) && s.feature == static_cast<int>(column);
          });
        }
    }
  }
  Eigen::Index feature_column(std::string_view name) const {
    return std::find(world_.features.begin(), world_.features.end(), name) - world_.features.begin();
  }

  void ngos() {
    for (const TomlEntry& entry : table_in(table_, "ngos").entries()) {
      const TomlTable& table = *entry.value.as<TomlTable>();
      std::size_t row = ngo_row(entry.key);
      if (flag_in(table, "remove")) {
        if (row < world_.ngos.size()) drop_ngo(row);
        continue;
      }
      if (row == world_.ngos.size()) {
        world_.ngos.push_back({entry.key, 1, 0.2, 0.3});
        out_.ngo_names.push_back(entry.key);
        world_.reach.conservativeResize(static_cast<Eigen::Index>(row) + 1,
                                        static_cast<Eigen::Index>(world_.hosts.size()));
        world_.reach.row(static_cast<Eigen::Index>(row)).setZero();
      }
      out_.ngo_names[row] = text_in(table, "name", out_.ngo_names[row]);
      agents::Ngo& ngo = world_.ngos[row];
      take(table, "budget", ngo.B);
      take(table, "litigation_share", ngo.y);
      take(table, "winnability", ngo.omega);
      const TomlTable& reach = table_in(table, "reach");
      auto line = world_.reach.row(static_cast<Eigen::Index>(row));
      if (const auto everywhere = number_in(reach, "default")) line.setConstant(*everywhere);
      for (const TomlEntry& host : reach.entries())
        if (host.key != "default") line(static_cast<Eigen::Index>(host_row(host.key))) = *number_of(host.value);
    }
  }

  void drop_ngo(std::size_t row) {
    const auto offset = static_cast<std::ptrdiff_t>(row);
    const Eigen::Index below = world_.reach.rows() - offset - 1;
    const Eigen::MatrixXd moved = world_.reach.bottomRows(below);
    world_.reach.middleRows(offset, below) = moved;
    world_.reach.conservativeResize(world_.reach.rows() - 1, world_.reach.cols());
    world_.ngos.erase(world_.ngos.begin() + offset);
    out_.ngo_names.erase(out_.ngo_names.begin() + offset);
  }

  void events() {
    for (const TomlEntry& entry : table_in(table_, "events").entries()) {
      const TomlTable& table = *entry.value.as<TomlTable>();
      if (flag_in(table, "remove")) continue;
      EventKind kind{"", "", 1, 4, 2, 0, 0};
      if (const EventKind* known = event_kind(facts_, text_in(table, "kind"))) kind = *known;
      const Date date = *date_in(table, "start");
      agents::Event event;
      event.name = entry.key;
      event.start = week_of(date, out_.start);
      take(table, "days", event.days);
      event.host = host_id(text_in(table, "host"));
      event.V = number_in(table, "value").value_or(kind.value);
      event.lead = static_cast<std::int32_t>(number_in(table, "lead_weeks").value_or(kind.lead_weeks));
      event.participants = number_in(table, "participants").value_or(kind.participants);
      event.bound = number_in(table, "bound").value_or(kind.bound);
      event.cover = number_in(table, "cover").value_or(kind.cover);
      event.trip = text_in(table, "trip");
      event.leaders = invited(table, date);
      if (event.leaders.empty()) out_.notes.push_back("event " + event.name + ": no leader of the scenario is invited");
      if (event.start >= world_.weeks)
        out_.notes.push_back("event " + event.name +
                             ": begins after the last week; what is announced by then stays pending");
      world_.events.push_back(std::move(event));
      out_.event_labels.push_back({text_in(table, "name", entry.key), text_in(table, "kind"), date});
    }
  }

  std::vector<agents::LeaderId> invited(const TomlTable& event, Date date) const {
    const std::vector<TomlValue>&named = list_in(event, "leaders"), &blocs = list_in(event, "blocs");
    const bool everybody = !event.find("leaders") && !event.find("blocs");
    std::vector<agents::LeaderId> out;
    for (std::size_t row = 0; row < world_.leaders.size(); ++row) {
      const agents::Leader& leader = world_.leaders[row];
      const bool by_name = std::any_of(named.begin(), named.end(),
                                       [&](const TomlValue& id) { return *id.as<std::string>() == leader.name; });
      const bool by_bloc = std::any_of(blocs.begin(), blocs.end(), [&](const TomlValue& bloc) {
        return member_of(facts_, *bloc.as<std::string>(), leader.home, date);
      });
      if (everybody || by_name || by_bloc) out.push_back(agents::leader_id(row));
    }
    return out;
  }

  void stances() {
    for (const TomlValue& entry : list_in(table_, "stances")) {
      const TomlTable& table = *entry.as<TomlTable>();
      const Period when = period_in(table);
      const bool of_bloc = table.find("bloc");
      const Date counted = when.from && *when.from > out_.start ? *when.from : out_.start;
      const auto kind = text_in(table, "kind", of_bloc ? "organisation" : "own") == "own"
                            ? agents::StanceKind::own
                            : agents::StanceKind::organisation;
      const Span weeks = weeks_of(when, out_.start);
      if (weeks.to <= std::max(weeks.from, Week{0}) || weeks.from >= world_.weeks)
        out_.notes.push_back("stance of " + text_in(table, of_bloc ? "bloc" : "host") +
                             (when.from ? " from " + to_text(*when.from) : "") +
                             (when.to ? " to " + to_text(*when.to) : "") +
                             ": in force on the first day of no week of the scenario, ignored");
      for (const std::size_t leader : leader_rows(table))
        for (std::size_t host = 0; host < world_.hosts.size(); ++host) {
          const std::string& code = world_.hosts[host].name;
          if (of_bloc ? member_of(facts_, text_in(table, "bloc"), code, counted) : code == text_in(table, "host"))
            world_.stances.push_back(
                {agents::leader_id(leader), agents::host_id(host), kind, weeks, *number_in(table, "value")});
        }
    }
  }

  void shocks() {
    // Inside a week: the world's, then the leaders' (which the resolved scenario lists as its own), then the
    // scenario's.
    std::stable_partition(world_.shocks.begin(), world_.shocks.end(),
                          [](const Shock& s) { return !of_leader(s.target); });
    std::erase_if(world_.shocks, [&](const Shock& s) { return s.week < 0 || s.week >= world_.weeks; });
    std::copy_if(world_.shocks.begin(), world_.shocks.end(), std::back_inserter(out_.shipped_changes),
                 [](const Shock& s) { return of_leader(s.target); });
    for (const TomlValue& entry : list_in(table_, "shocks")) {
      const TomlTable& table = *entry.as<TomlTable>();
      Shock shock;
      const Date date = *date_in(table, "date");
      shock.week = first_week_from(date, out_.start);
      const std::string target = text_in(table, "target"), op = text_in(table, "op", "set");
      if (shock.week < 0 || shock.week >= world_.weeks) {
        out_.notes.push_back("shock of " + to_text(date) + " on " + target + ": outside the horizon, ignored");
        continue;
      }
      shock.target = target_of(target);
      shock.op = op == "add"        ? agents::ShockOp::add
                 : op == "multiply" ? agents::ShockOp::multiply
                                    : agents::ShockOp::set;
      take(table, "value", shock.value);
      if (table.find("host")) shock.host = static_cast<int>(host_row(text_in(table, "host")));
      if (table.find("ngo")) shock.ngo = static_cast<int>(ngo_row(text_in(table, "ngo")));
      if (table.find("feature")) shock.feature = static_cast<int>(feature_column(text_in(table, "feature")));
      if (of_leader(shock.target) || shock.target == ShockTarget::delta || shock.target == ShockTarget::feature) {
        for (const std::size_t leader : leader_rows(table)) {
          shock.leader = static_cast<int>(leader);
          world_.shocks.push_back(shock);
        }
      } else {
        world_.shocks.push_back(shock);
      }
    }
    std::stable_sort(world_.shocks.begin(), world_.shocks.end(),
                     [](const Shock& a, const Shock& b) { return a.week < b.week; });
  }

  void overflight() {
    for (std::size_t row = 0; row < leaders_.size(); ++row) {
      const TomlTable& table = *leaders_[row]->value.as<TomlTable>();
      Overflight meets;
      if (table.find("refused_by")) {
        for (const TomlValue& state : list_in(table, "refused_by"))
          meets.refusals.push_back({*state.as<std::string>(), {}});
      } else {
        for (const OverflightBan& ban : facts_.overflight_bans)
          if (ban.home == world_.leaders[row].home)
            meets.refusals.push_back({ban.state, weeks_of(ban.when, out_.start)});
      }
      for (const TomlEntry& host : table_in(table, "corridors").entries()) {
        meets.corridors.push_back({host.key, {}});
        for (const TomlValue& state : *host.value.as<std::vector<TomlValue>>())
          meets.corridors.back().over.push_back(*state.as<std::string>());
      }
      out_.overflight.push_back(std::move(meets));
    }
  }

  void initial_norm() {
    if (table_in(table_, "parameters").find("nu0")) return;
    const agents::Leader& first = world_.leaders.front();
    world_.parameters.nu0 = norm_by_age(world_.parameters, first.issue);
    if (first.issue > 0 && out_.leader_labels.front().warrant)
      out_.notes.push_back("the warrant of " + first.name +
                           " comes after the start: the norm begins at rest (nu0 = nu_bar) and does not rise with "
                           "it; a shock on nu can say so");
  }

  void refuse_shared_luck() const {
    std::vector<Problem> problems;
    for (const std::string& names : agents::shared_addresses(world_))
      problems.push_back(problem_at({&file_, 0, 0}, printable(names)));
    if (!problems.empty()) throw ScenarioError(std::move(problems));
  }

  /// Hosts that a leader cannot reach at all, or not all the time.
  void note_closures(std::size_t row) {
    std::vector<Week> open(world_.hosts.size(), 0);
    for (const agents::Flight& f : world_.flights)
      if (f.leader.index == row && f.route == agents::RouteKind::direct)
        open[f.host.index] += std::min(f.when.to, world_.weeks) - std::max(f.when.from, Week{0});
    std::string never, at_times;
    for (std::size_t h = 0; h < open.size(); ++h) {
      const std::string& code = world_.hosts[h].name;
      if (code != world_.leaders[row].home && open[h] < world_.weeks) (open[h] == 0 ? never : at_times) += " " + code;
    }
    const std::string out = "airspace: " + world_.leaders[row].name + " has no way to";
    const std::string why =
        " (behind states that refuse overflight; leaders." + world_.leaders[row].name + ".corridors opens one)";
    if (!never.empty()) out_.closures.push_back(out + never + why);
    if (!at_times.empty()) out_.closures.push_back(out + at_times + " at times" + why);
  }

  void note_what_is_lost() {
    for (std::size_t row = 0; planner_ && row < world_.leaders.size(); ++row) note_closures(row);
    for (std::size_t row = 0; row < world_.leaders.size(); ++row) {
      std::map<std::string, std::string> stages;  // reason -> events
      for (const agents::IgnoredStage& ignored : agents::make_calendar(world_, agents::leader_id(row)).ignored) {
        std::string& list = stages[ignored.reason];
        list += (list.empty() ? "" : ", ") + world_.events[ignored.event].name;
      }
      for (const auto& [reason, list] : stages)
        (reason == agents::no_route ? out_.closures : out_.notes)
            .push_back("calendar of " + world_.leaders[row].name + ": left out (" + reason + "): " + list);
    }
    note_odd_trips();
    note_twins();
    note_lonely_regions();
    double budgets = 0;
    for (const agents::Ngo& ngo : world_.ngos) budgets += ngo.B;
    if (budgets < 5 - 1e-9 || budgets > 5 + 1e-9)
      out_.notes.push_back("the NGOs' budgets sum to " + hundredths(budgets) + "; the model's scale is 5");
    for (const char* symbol : {"lam", "D"}) {
      const bool read = std::any_of(leaders_.begin(), leaders_.end(),
                                    [&](const TomlEntry* leader) { return !profile(facts_, leader->key); });
      if (table_in(table_, "parameters").find(symbol) && !read)
        out_.notes.push_back(std::string("parameter ") + symbol + " is not read: every leader has a value of its own");
    }
  }

  /// One trip id makes one journey of stages at one host: what hardly can be one, or is not, is told.
  void note_odd_trips() {
    std::map<std::string, std::map<std::uint16_t, std::vector<std::size_t>>> trips;  // id -> host -> stages
    for (std::size_t e = 0; e < world_.events.size(); ++e)
      if (!world_.events[e].trip.empty()) trips[world_.events[e].trip][world_.events[e].host.index].push_back(e);
    for (auto& [id, hosts] : trips) {
      if (hosts.size() > 1) {
        std::string codes;
        for (const auto& [host, stages] : hosts) codes += (codes.empty() ? "" : ", ") + world_.hosts[host].name;
        out_.notes.push_back("trip " + id + ": its stages are at several hosts (" + codes +
                             ") and make a trip to each");
      }
      for (auto& [host, stages] : hosts) {
        const auto begins = [&](std::size_t e) { return out_.event_labels[e].date; };
        std::stable_sort(stages.begin(), stages.end(), [&](auto a, auto b) { return begins(a) < begins(b); });
        for (std::size_t i = 1; i < stages.size(); ++i) {
          const std::size_t before = stages[i - 1], after = stages[i];
          const std::string both =
              "trip " + id + ": stages " + world_.events[before].name + " and " + world_.events[after].name;
          const auto days = (begins(after) - begins(before)).count() - std::lround(world_.events[before].days);
          if (days < -1)
            out_.notes.push_back(both + " overlap; their days and values are added up");
          else if (days > 14)
            out_.notes.push_back(both + " lie " + std::to_string(days) +
                                 " days apart and are one trip at the time of the first; give them trips of their own");
        }
      }
    }
  }

  /// Records and forecasts know leaders by name; an aircraft cannot be refused by the state it leaves from.
  void note_twins() {
    for (std::size_t row = 0; row < world_.leaders.size(); ++row) {
      const std::string& name = out_.leader_labels[row].name;
      for (std::size_t other = 0; other < row; ++other)
        if (out_.leader_labels[other].name == name)
          out_.notes.push_back("leaders " + world_.leaders[other].name + " and " + world_.leaders[row].name +
                               " have one name, " + in_quotes(name) + ": tables and records cannot tell them apart");
      for (const TomlValue& state : list_in(*leaders_[row]->value.as<TomlTable>(), "refused_by"))
        if (*state.as<std::string>() == world_.leaders[row].home)
          out_.notes.push_back("leaders." + world_.leaders[row].name + ".refused_by names " + world_.leaders[row].home +
                               ", the leader's own home: it has no effect");
    }
  }

  /// A region of one host may be meant; a name almost like another's hardly is.
  void note_lonely_regions() {
    std::map<std::string, int> hosts_in;
    for (const agents::Host& h : world_.hosts) ++hosts_in[h.region];
    for (const agents::Host& h : world_.hosts) {
      if (hosts_in[h.region] > 1) continue;
      std::vector<std::string> others;
      for (const auto& [region, hosts] : hosts_in)
        if (region != h.region) others.push_back(region);
      if (const std::string hint = suggestion(h.region, others); !hint.empty())
        out_.notes.push_back("host " + h.name + " is alone in the region " + in_quotes(h.region) + ": " + hint);
    }
  }

  /// Every value of the scenario with its origin.
  void record(const std::string& key, const TomlValue& value) {
    if (const auto* table = value.as<TomlTable>()) {
      for (const TomlEntry& entry : table->entries()) record(key + "." + toml_key(entry.key), entry.value);
      if (!table->entries().empty()) return;
    }
    if (const auto* list = value.as<std::vector<TomlValue>>(); list && (key == "stances" || key == "shocks")) {
      for (std::size_t i = 0; i < list->size(); ++i) record(key + "[" + std::to_string(i) + "]", (*list)[i]);
      return;
    }
    const Source& source = *value.place.source;
    out_.settings.push_back(
        {key, to_toml(value),
         printable(source.label) + (source.label == "--set" ? "" : ":" + std::to_string(value.place.line))});
  }

  const TomlTable& table_;
  const Source& file_;
  const Facts& facts_;
  Planner* planner_;
  Scenario out_;
  agents::World& world_ = out_.world;
  std::vector<const TomlEntry*> leaders_;  ///< rows of world_.leaders
};

}  // namespace

Scenario resolve(const TomlTable& scenario, const Source& file, std::string name, const Facts& facts,
                 Planner* planner) {
  return Resolver(scenario, file, facts, planner).run(std::move(name));
}

}  // namespace scenarios
