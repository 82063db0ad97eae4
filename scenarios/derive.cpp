// Each rule stands at one function below, with its sources' columns; world/SOURCES.md says where the columns come from.
#include "scenarios/derive.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "agents/arithmetic.hpp"
#include "scenarios/numbers.hpp"

namespace scenarios {
namespace {

using agents::Shock;
using agents::ShockOp;
using agents::ShockTarget;

constexpr int feature_count = static_cast<int>(std::size(feature_names));
enum Feature { trade, pact, base, arms, unga, border, blocs, tenure, hostility, patronage };

double clip(double x, double low, double high) { return x < low ? low : x > high ? high : x; }

/// Starts before 2016 read the older figures.
Epoch epoch_of(Date start) {
  return std::chrono::year_month_day(start).year() < std::chrono::year(2016) ? Epoch::early : Epoch::late;
}

std::optional<double> in(const Figures& figures, Epoch epoch) { return figures[static_cast<std::size_t>(epoch)]; }

/// The epoch's figure; where it is unknown the other epoch's.
std::optional<double> in_or_other(const Figures& figures, Epoch epoch) {
  const auto own = in(figures, epoch);
  return own ? own : in(figures, epoch == Epoch::early ? Epoch::late : Epoch::early);
}

// ---- attributes of a host ----

/// J: the mean of V-Dem's judicial constraints on the executive and rule of law; 0.5 where neither is known.
double judicial_independence(const State& s, Epoch epoch) {
  const auto constraint = in_or_other(s.judicial_constraint, epoch), law = in_or_other(s.rule_of_law, epoch);
  return constraint && law ? (*constraint + *law) / 2 : 0.5;
}

/// C: V-Dem's core civil society index; 0.5 where it is unknown.
double civil_society(const State& s, Epoch epoch) { return in_or_other(s.civil_society, epoch).value_or(0.5); }

/// mass: log10 of GDP in US dollars, from 10^8 (0) to 10^13.4 (1); 0 where it is unknown.
double economic_mass(const State& s, Epoch epoch) {
  const auto gdp = in_or_other(s.gdp, epoch);
  return gdp ? clip((agents::math::log10(*gdp) - 8) / 5.4, 0, 1) : 0;
}

/// Q: as known; where it is not known, a party to the statute has a law if it belongs to the Council of Europe at the
/// start or its J is above 0.8.
double implementing_legislation(const Facts& facts, const State& s, Epoch epoch, Date start) {
  if (s.implementing_legislation) return *s.implementing_legislation ? 1 : 0;
  if (s.membership.empty()) return 0;
  return member_of(facts, "COE", s.code, start) || judicial_independence(s, epoch) > 0.8 ? 1 : 0;
}

/// W: tiers by what the state belongs to on that day, else the aid it gets (US plus half of the EU's), which counts in
/// full at 2% of GDP; between 0.1 and 0.6. western.csv limits it for adversaries and lifts the floor.
double western_dependence(const Facts& facts, const State& s, Epoch epoch, Date date) {
  const auto belongs = [&](std::string_view bloc) { return member_of(facts, bloc, s.code, date); };
  const double aid = in(s.aid_us, epoch).value_or(0) + 0.5 * in(s.aid_eu, epoch).value_or(0);
  const double by_aid = clip(0.6 * aid / 0.02, 0, 0.6);
  const bool eu = belongs("EU"), nato = belongs("NATO");
  double tier = std::max(0.1, by_aid);
  double unfloored = by_aid;
  if (s.code == "USA") {
    tier = unfloored = 1;
  } else if (eu || nato) {
    tier = unfloored = eu && nato ? 0.95 : 0.9;
  } else if (belongs("OECD") || belongs("EU_MICRO")) {
    tier = unfloored = 0.7;
  } else if (belongs("MNNA")) {
    tier = unfloored = 0.6;
  } else if (belongs("EU_CAND")) {
    tier = unfloored = 0.5;
  }
  for (const WesternLimit& limit : facts.western_limits)
    if (limit.state == s.code && limit.when.holds(date)) return std::min(unfloored, limit.limit);
  return tier;
}

// ---- features of a dyad ----

std::optional<double> mean(std::optional<double> a, std::optional<double> b) {
  return a && b ? (*a + *b) / 2 : a ? a : b;
}

/// The host's trade with the home state over all its trade: 2009-11 and 2014-16, or 2023.
double trade_share(const Dyad& d, Epoch epoch) {
  return (epoch == Epoch::early ? mean(d.trade_share_0911, d.trade_share_1416) : d.trade_share_2023).value_or(0);
}

/// The same trade over the home state's: 2009-11 and 2014-16, or 2014-16, the latest there is.
double home_trade_share(const Dyad& d, Epoch epoch) {
  return (epoch == Epoch::early ? mean(d.home_trade_share_0911, d.home_trade_share_1416) : d.home_trade_share_1416)
      .value_or(0);
}

/// The value below which a share of the sorted values lies, by linear interpolation.
double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const std::size_t below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

/// Agreement in the General Assembly from the median host (0) to the 98% quantile (1); 0 for those who do not vote.
struct AgreementScale {
  double median = 0, top = 0;
  AgreementScale(const std::vector<Dyad>& dyads, Epoch epoch) {
    std::vector<double> known;
    for (const Dyad& d : dyads)
      if (const auto agreement = in(d.unga_agreement, epoch)) known.push_back(*agreement);
    if (known.empty()) return;
    std::sort(known.begin(), known.end());
    median = quantile(known, 0.5);
    top = quantile(known, 0.98);
  }
  double operator()(std::optional<double> agreement) const {
    return agreement && top > median ? clip((*agreement - median) / (top - median), 0, 1) : 0;
  }
};

/// Blocs of home_blocs.csv to which host and home state belong on that day; five count in full.
double shared_blocs(const Facts& facts, const std::string& home, const std::string& host, Date date) {
  int shared = 0;
  for (const HomeBloc& tie : facts.home_blocs)
    if (tie.home == home && member_of(facts, tie.bloc, home, date) && member_of(facts, tie.bloc, host, date)) ++shared;
  return std::min(shared / 5.0, 1.0);
}

/// Years that the host's ruler has been in office at the start, over 20, times how far the state is from a democracy
/// (1 - polyarchy, V-Dem; 0.5 where it is unknown).
double ruler_tenure(const Facts& facts, const State& s, Epoch epoch, Date start) {
  const Ruler* ruler = nullptr;
  for (const Ruler& r : facts.rulers)
    if (r.state == s.code && r.since <= start) ruler = &r;
  if (!ruler) return 0;
  const double years = static_cast<double>((start - ruler->since).count()) / 365.25;
  return clip(years / 20, 0, 1) * (1 - in_or_other(s.polyarchy, epoch).value_or(0.5));
}

/// The features of one host, before the dated changes of dated.csv.
void fill_features(const Facts& facts, const State& s, const Dyad& d, const AgreementScale& agreement, Epoch epoch,
                   Date start, const std::string& home, Eigen::MatrixXd& X, Eigen::Index row) {
  const std::size_t e = static_cast<std::size_t>(epoch);
  const double of_home = home_trade_share(d, epoch);
  X(row, trade) = clip((trade_share(d, epoch) + of_home) / 0.3, 0, 1);
  X(row, pact) = d.pact[e];
  X(row, base) = d.base[e];
  X(row, arms) = d.arms_share[e].value_or(0);
  X(row, unga) = agreement(d.unga_agreement[e]);
  X(row, border) = d.border;
  X(row, blocs) = shared_blocs(facts, home, s.code, start);
  X(row, tenure) = ruler_tenure(facts, s, epoch, start);
  // The home state's dependence on the host: its arms and its trade, the latter on the scale of the trade feature.
  X(row, patronage) = (d.home_arms_share[e].value_or(0) + clip(of_home / 0.3, 0, 1)) / 2;
}

// ---- time ----

/// The run's calendar: what happened up to the start day is in the values, what comes later becomes a shock.
struct Calendar {
  Date start;
  agents::Week weeks;
  bool past(Date date) const { return date <= start; }
  bool inside(Date date) const { return date > start && first_week_from(date, start) < weeks; }
};

Shock set(agents::Week week, ShockTarget target, double value) {
  Shock shock;
  shock.week = week;
  shock.target = target;
  shock.value = value;
  return shock;
}

int row_of(const Facts& facts, const std::string& code) {
  return static_cast<int>(state(facts, code) - &facts.states[0]);
}

/// The days inside the run on which W or the shared blocs of states may change, and the states concerned.
std::map<Date, std::set<std::string>> days_of_change(const Facts& facts, const Calendar& calendar) {
  std::map<Date, std::set<std::string>> days;
  const auto note = [&](const Period& when, const std::string& code) {
    for (const auto& date : {when.from, when.to})
      if (date && calendar.inside(*date)) days[*date].insert(code);
  };
  for (const BlocMember& m : facts.blocs) note(m.when, m.state);
  for (const WesternLimit& l : facts.western_limits) note(l.when, l.state);
  return days;
}

void follow_blocs(const Facts& facts, const Calendar& calendar, Epoch epoch, BaseWorld& world) {
  std::vector<double> W;
  for (const agents::Host& host : world.hosts) W.push_back(host.W);
  std::vector<Eigen::VectorXd> shared;
  for (const Eigen::MatrixXd& X : world.dyads) shared.push_back(X.col(blocs));
  for (const auto& [date, codes] : days_of_change(facts, calendar)) {
    const agents::Week week = first_week_from(date, calendar.start);
    for (const std::string& code : codes) {
      const int row = row_of(facts, code);
      const double now = western_dependence(facts, facts.states[row], epoch, date);
      if (now == W[row]) continue;
      W[row] = now;
      world.shocks.push_back(set(week, ShockTarget::W, now));
      world.shocks.back().host = row;
    }
    for (std::size_t l = 0; l < world.leaders.size(); ++l) {
      const std::string& home = world.leaders[l].home;
      for (const State& s : facts.states) {  // the home state's own accession changes every host
        if (s.code == home || (!codes.contains(home) && !codes.contains(s.code))) continue;
        const int row = row_of(facts, s.code);
        const double now = shared_blocs(facts, home, s.code, date);
        if (now == shared[l][row]) continue;
        shared[l][row] = now;
        Shock shock = set(week, ShockTarget::feature, now);
        shock.leader = static_cast<int>(l);
        shock.host = row;
        shock.feature = blocs;
        world.shocks.push_back(shock);
      }
    }
  }
}

/// Tenure is that of the start until the ruler changes, then 0; where it counted for less than 0.1 it is left alone.
void follow_rulers(const Facts& facts, const Calendar& calendar, BaseWorld& world) {
  std::set<std::string> changed;
  for (const Ruler& ruler : facts.rulers) {
    if (!calendar.inside(ruler.since) || !changed.insert(ruler.state).second) continue;
    for (std::size_t l = 0; l < world.leaders.size(); ++l) {
      Shock shock = set(first_week_from(ruler.since, calendar.start), ShockTarget::feature, 0);
      shock.leader = static_cast<int>(l);
      shock.host = row_of(facts, ruler.state);
      shock.feature = tenure;
      if (world.dyads[l](shock.host, tenure) >= 0.1) world.shocks.push_back(shock);
    }
  }
}

void apply_dated_facts(const Facts& facts, const Calendar& calendar, std::span<const LeaderRequest> requests,
                       BaseWorld& world) {
  for (const DatedFact& fact : facts.dated) {
    const bool past = !fact.date || calendar.past(*fact.date);
    if (!past && !calendar.inside(*fact.date)) continue;
    const agents::Week week = past ? 0 : first_week_from(*fact.date, calendar.start);
    if (fact.target == "government") {
      if (past) continue;
      world.shocks.push_back(set(week, ShockTarget::government, 0));
      world.shocks.back().host = row_of(facts, fact.host);
      continue;
    }
    for (std::size_t l = 0; l < requests.size(); ++l) {
      agents::Leader& leader = world.leaders[l];
      Shock shock = set(week, ShockTarget::feature, fact.value);
      shock.leader = static_cast<int>(l);
      double* now = nullptr;
      if (!fact.leader.empty()) {
        if (fact.leader != requests[l].profile) continue;
        shock.target = fact.target == "S" ? ShockTarget::S : fact.target == "Pi" ? ShockTarget::Pi : ShockTarget::lam;
        now = fact.target == "S" ? &leader.S : fact.target == "Pi" ? &leader.Pi : &leader.lam;
      } else {
        if (fact.home != leader.home || fact.host == leader.home) continue;
        shock.host = row_of(facts, fact.host);
        shock.feature = static_cast<int>(std::find(std::begin(feature_names), std::end(feature_names), fact.target) -
                                         std::begin(feature_names));
        now = &world.dyads[l](shock.host, shock.feature);
      }
      if (past) {
        *now = fact.value;
      } else {
        world.shocks.push_back(shock);
      }
    }
  }
}

// ---- the parts of the world ----

agents::Host derive_host(const Facts& facts, const State& s, Epoch epoch, Date start) {
  agents::Host host;
  host.name = s.code;
  host.region = s.region;
  host.lat = s.lat;
  host.lon = s.lon;
  host.exists = weeks_of(s.exists, start);
  for (const Period& period : s.membership) host.membership.push_back(weeks_of(period, start));
  host.J = judicial_independence(s, epoch);
  host.Q = implementing_legislation(facts, s, epoch, start);
  host.C = civil_society(s, epoch);
  host.W = western_dependence(facts, s, epoch, start);
  host.mass = economic_mass(s, epoch);
  return host;
}

agents::Leader derive_leader(const Facts& facts, const LeaderRequest& request, Date start) {
  const State* home = state(facts, request.home);
  if (!home) throw WorldError("home '" + request.home + "' is not a state of world/states.csv");
  agents::Leader leader;
  leader.home = home->code;
  leader.lat = home->lat;
  leader.lon = home->lon;
  leader.lam = 0.45;
  leader.D = 3000;
  if (request.profile.empty()) return leader;
  const Profile* p = profile(facts, request.profile);
  if (!p) throw WorldError("leader '" + request.profile + "' is not in world/leaders.csv");
  leader.name = p->id;
  if (p->warrant) leader.issue = first_week_from(*p->warrant, start);
  leader.R = p->R;
  leader.S = p->S;
  leader.Pi = p->Pi;
  leader.lam = p->lam;
  leader.D = p->D;
  return leader;
}

const std::vector<Dyad>& dyads_of(const Facts& facts, const std::string& home) {
  const auto found = facts.dyads.find(home);
  if (found != facts.dyads.end()) return found->second;
  std::string file = "dyads_" + home + ".csv";
  for (char& c : file)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  std::string columns, there;
  for (const std::string& column : dyad_columns()) columns += (columns.empty() ? "" : ", ") + column;
  for (const auto& [code, dyads] : facts.dyads) there += (there.empty() ? "" : ", ") + code;
  throw WorldError("no table of ties to the home state " + home + " (there are: " + there +
                   "). To add it, write scenarios/world/" + file +
                   " with one line for every other state and the columns " + columns +
                   "; list the blocs that count as ties in scenarios/world/home_blocs.csv; scenarios/world/SOURCES.md "
                   "explains the columns and where figures come from");
}

Eigen::MatrixXd derive_dyads(const Facts& facts, const std::string& home, Epoch epoch, Date start) {
  Eigen::MatrixXd X = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(facts.states.size()), feature_count);
  const std::vector<Dyad>& dyads = dyads_of(facts, home);
  const AgreementScale agreement(dyads, epoch);
  for (const Dyad& d : dyads) {
    if (d.host == home) continue;
    const int row = row_of(facts, d.host);
    fill_features(facts, facts.states[row], d, agreement, epoch, start, home, X, row);
  }
  return X;
}

/// The weeks of the statement in which `member` holds too; nothing if there are none in the run.
std::optional<agents::Span> common_weeks(const Period& said, const Period& member, const Calendar& calendar) {
  agents::Span a = weeks_of(said, calendar.start), b = weeks_of(member, calendar.start);
  const agents::Span both{std::max(a.from, b.from), std::min(a.to, b.to)};
  if (both.from >= both.to || both.to <= 0 || both.from >= calendar.weeks) return std::nullopt;
  return both;
}

void derive_stances(const Facts& facts, const Calendar& calendar, std::span<const LeaderRequest> requests,
                    BaseWorld& world) {
  const auto say = [&](const Statement& s, std::size_t l, const std::string& host, const Period& member) {
    const auto when = common_weeks(s.when, member, calendar);
    if (!when || host == world.leaders[l].home) return;
    world.stances.push_back({agents::leader_id(l), agents::host_id(row_of(facts, host)), s.kind, *when, s.value});
  };
  for (std::size_t l = 0; l < requests.size(); ++l)
    for (const Statement& s : facts.statements) {
      if (s.leader != requests[l].profile) continue;
      if (s.kind == agents::StanceKind::own) {
        say(s, l, s.host, {});
        continue;
      }
      for (const BlocMember& m : facts.blocs)
        if (m.bloc == s.bloc && m.status == "member") say(s, l, m.state, m.when);
    }
}

void derive_ngos(const Facts& facts, Date start, BaseWorld& world) {
  const auto fits = [&](const ReachRule& rule, std::size_t h) {
    const State& s = facts.states[h];
    if (rule.where == "member") return !s.membership.empty();
    if (rule.where == "law") return world.hosts[h].Q == 1;
    if (rule.where == "region") return s.region == rule.which;
    if (rule.where == "bloc") return member_of(facts, rule.which, s.code, start);
    if (rule.where == "state") return s.code == rule.which;
    return true;  // all
  };
  world.reach = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(facts.organisations.size()),
                                      static_cast<Eigen::Index>(facts.states.size()));
  for (std::size_t n = 0; n < facts.organisations.size(); ++n) {
    const Organisation& o = facts.organisations[n];
    world.ngos.push_back({o.id, o.budget, o.litigation_share, o.winnability});
    world.ngo_names.push_back(o.name);
    for (const ReachRule& rule : facts.reach_rules)
      if (rule.ngo == o.id)
        for (std::size_t h = 0; h < facts.states.size(); ++h)
          if (fits(rule, h)) world.reach(static_cast<Eigen::Index>(n), static_cast<Eigen::Index>(h)) = rule.reach;
  }
}

}  // namespace

std::string objection_to_weights(double sum) {
  if (sum >= 1 - 1e-6 && sum <= 1 + 1e-6) return "";
  return "the weights of the friendly features must sum to 1, they sum to " + shortest(sum);
}

double norm_by_age(const agents::Parameters& p, agents::Week issue) {
  if (issue > 0) return p.nu_bar;
  const double rise = agents::find_parameter("nu0")->initial - agents::find_parameter("nu_bar")->initial;
  return std::min(2.0, p.nu_bar + rise * agents::math::exp2(issue / p.H_nu));
}

BaseWorld derive(const Facts& facts, Date start, agents::Week weeks, std::span<const LeaderRequest> leaders) {
  const Epoch epoch = epoch_of(start);
  const Calendar calendar{start, weeks};
  BaseWorld world;
  world.features.assign(std::begin(feature_names), std::end(feature_names));
  for (const State& s : facts.states) {
    world.hosts.push_back(derive_host(facts, s, epoch, start));
    world.host_names.push_back(s.name);
  }
  for (const LeaderRequest& request : leaders) {
    world.leaders.push_back(derive_leader(facts, request, start));
    world.dyads.push_back(derive_dyads(facts, request.home, epoch, start));
  }
  follow_blocs(facts, calendar, epoch, world);
  follow_rulers(facts, calendar, world);
  apply_dated_facts(facts, calendar, leaders, world);
  std::stable_sort(world.shocks.begin(), world.shocks.end(),
                   [](const Shock& a, const Shock& b) { return a.week < b.week; });
  derive_stances(facts, calendar, leaders, world);
  derive_ngos(facts, start, world);
  return world;
}

}  // namespace scenarios
