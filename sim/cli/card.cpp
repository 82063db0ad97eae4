// card: one trip that somebody asks about, put into the scenario's calendar and lived many times: the odds of each turn
// it can take, what drives them, and how much of them is chance and how much is what nobody knows.
#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "agents/life.hpp"
#include "agents/reasons.hpp"
#include "scenarios/facts.hpp"
#include "scenarios/format.hpp"
#include "scenarios/numbers.hpp"
#include "sim/cli/answers.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/posterior.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/reasons_text.hpp"
#include "sim/cli/words.hpp"
#include "sim/experiments/adaptive.hpp"
#include "sim/rng/philox.hpp"
#include "sim/run/run.hpp"

namespace cli {
namespace {

using agents::Decision;
using agents::Moment;
using agents::Outcome;
using Json = nlohmann::ordered_json;

constexpr const char* event_id = "trip_card";
constexpr std::int64_t most_witnessed = 2000;  ///< histories lived by the oracle, for the reasons
constexpr std::size_t groups = 5;

/// A share and its 95 % interval (Wilson 1927): what more histories would narrow, nothing else.
struct Share {
  double share, low, high;
};
Share share_of(double hits, double n) {
  if (n == 0) return {std::nan(""), std::nan(""), std::nan("")};
  const double z = sim::z_95, p = hits / n, middle = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {p, std::max(middle - half, 0.0), std::min(middle + half, 1.0)};
}

struct Mean {
  double mean, standard_error;
};

/// A mean and its spread over histories.
struct Spread {
  double sum = 0, squares = 0;
  void add(double x) { sum += x, squares += x * x; }
  double mean(double n) const { return sum / n; }
  double sd(double n) const { return std::sqrt(std::max(squares / n - mean(n) * mean(n), 0.0)); }
};
using Spreads = std::vector<Spread>;  ///< by term

/// What the oracle tells of the trip: the terms of two decisions, and who was received by the host's resolve.
struct Reasons {
  double answers = 0, invitations = 0;
  Spreads going = Spreads(agents::term_count), withdrawing = Spreads(agents::term_count);
  Spread logit_going, logit_withdrawing;
  std::vector<std::pair<double, bool>> by_resolve;  ///< resolve of the host, did the visit take place
};

struct RidgeOfTrip {
  double kap_arrest, Lambda;
  Mean p_arrest, visits;
};

/// The trip in the calendar of its leader.
struct Trip {
  agents::LeaderId leader;
  std::size_t row = 0;
  bool is(const Decision& d) const { return d.leader == leader && d.event == static_cast<std::int16_t>(row); }
};

scenarios::Scenario with_trip(const Arguments& arguments) {
  const auto host = arguments.text("host");
  const auto date = arguments.date("date");
  if (!host || !date) throw UsageError("card takes a scenario, --host CODE and --date YYYY-MM-DD");
  const std::string key = "events." + std::string(event_id) + ".";
  std::vector<std::string> settings = {"run.replicates=20000"};
  for (const std::string& s : scenario_settings(arguments)) settings.push_back(s);
  const auto text = [](const std::string& s) { return nlohmann::json(s).dump(); };
  settings.push_back(key + "host=" + text(*host));
  settings.push_back(key + "start=" + scenarios::to_text(*date));
  settings.push_back(key + "days=2");
  for (const auto& [option, name] : {std::pair("days", "days"), {"value", "value"}, {"lead", "lead_weeks"}}) {
    const scenarios::Key& k = *scenarios::find_key("events.ID", name);
    const bool whole = k.kind == scenarios::KeyKind::whole;
    if (whole ? arguments.whole(option, static_cast<std::int64_t>(k.low), static_cast<std::int64_t>(k.high)).has_value()
              : arguments.number(option, k.low, k.high).has_value())
      settings.push_back(key + name + "=" + *arguments.text(option));
  }
  if (const auto kind = arguments.text("kind")) settings.push_back(key + "kind=" + text(*kind));
  if (const auto leader = arguments.text("leader")) settings.push_back(key + "leaders=[" + text(*leader) + "]");
  const std::string file = arguments.words().empty() ? std::string(default_scenario) : arguments.words().front();
  scenarios::Loader loader(shipped_places());
  try {
    return loader.load(file, settings);
  } catch (const scenarios::ScenarioError&) {  // of the trip: its option is to blame
    const scenarios::Scenario alone = loader.load(file, scenario_settings(arguments));
    std::vector<std::string> leaders, kinds;
    for (const agents::Leader& l : alone.world.leaders) leaders.push_back(l.name);
    for (const scenarios::EventKind& k : loader.facts().event_kinds) kinds.push_back(k.kind);
    must_be_a_host("host", *host, alone);
    if (const auto leader = arguments.text("leader")) must_be_known("leader", *leader, leaders, "in the scenario");
    if (const auto kind = arguments.text("kind")) must_be_known("kind", *kind, kinds, "a kind of event");
    throw;
  }
}

Trip find_trip(const scenarios::Scenario& scenario, const agents::Stage& stage, const Arguments& arguments) {
  for (std::uint16_t l = 0; l < stage.leaders; ++l) {
    const std::string& name = stage.world.leaders[l].name;
    if (arguments.text("leader").value_or(name) != name) continue;
    const agents::Calendar& calendar = stage.calendars[l];
    for (std::size_t row = 0; row < calendar.trips.size(); ++row)
      if (calendar.trips[row].start < stage.weeks() &&
          stage.world.events[calendar.trips[row].stages.front()].name == event_id)
        return {{l}, row};
    for (const agents::IgnoredStage& ignored : calendar.ignored)
      if (stage.world.events[ignored.event].name == event_id)
        throw UsageError("the trip cannot take place: " + ignored.reason);
  }
  throw UsageError("the trip is in nobody's calendar: is its date inside the scenario, which runs " +
                   std::to_string(stage.weeks()) + " weeks from " + scenarios::to_text(scenario.start) + "?");
}

/// The chance of an arrest on this trip along the ridge, estimated conditionally.
std::vector<RidgeOfTrip> ridge_of(const agents::World& world, const Trip& trip, sim::RunSettings settings) {
  std::vector<RidgeOfTrip> out;
  const auto n = static_cast<double>(settings.replicates);
  settings.manner.weighed = trip.leader;
  for (const auto& stage : sim::ridge_stages(world, settings.threads)) {
    Spread arrest, visits;
    settings.on_trips = [&](const sim::TripTable& lived) {
      lived.each([&](const sim::TripRecord& record) {
        const agents::Decision& d = record.decision;
        if (!trip.is(d)) return;
        const double hazard = static_cast<double>(d.hazard);
        arrest.add(d.weight_out * hazard);
        visits.add(agents::is_visit(d.outcome) ? d.weight_out * (1 - hazard) : 0);
      });
    };
    sim::run(*stage, settings);
    const auto mean = [n](const Spread& s) { return Mean{s.mean(n), s.sd(n) / std::sqrt(n)}; };
    out.push_back({stage->world.parameters.kap_arrest, stage->world.leaders[trip.leader.index].Lambda, mean(arrest),
                   mean(visits)});
  }
  return out;
}

Reasons reasons_of(const agents::Stage& stage, const Trip& trip, std::uint64_t seed, std::int64_t histories) {
  Reasons out;
  agents::Life life(stage);
  std::vector<Moment> moments;
  for (std::int64_t n = 0; n < histories; ++n) {
    sim::PhiloxLuck luck(seed, static_cast<std::uint32_t>(n));
    moments.clear();
    const agents::History& history = life.live(luck, nullptr, &moments);
    bool first = true;
    for (const Moment& m : moments) {
      const Decision& d = history.decisions[m.decision];
      if (!trip.is(d)) continue;
      const bool answer = m.kind == Moment::Kind::answer;
      if (answer) out.by_resolve.emplace_back(m.resolve, agents::is_visit(d.outcome));
      if (!answer && (m.kind != Moment::Kind::invitation || !first)) continue;
      first = answer;
      const auto terms = decision_terms(stage, inputs_at(stage, m), m);
      for (std::size_t i = 0; i < agents::term_count; ++i)
        (answer ? out.going : out.withdrawing)[i].add(terms.terms()[i]);
      (answer ? out.logit_going : out.logit_withdrawing).add(terms.value());
      ++(answer ? out.answers : out.invitations);
    }
  }
  std::stable_sort(out.by_resolve.begin(), out.by_resolve.end());
  return out;
}

/// How the visit depends on the host's own resolve: its share in each fifth, and the part of the variance it explains.
struct ByResolve {
  std::vector<Share> fifths;        ///< none of too few histories
  double explained = std::nan("");  ///< nor is this known of them
};
ByResolve by_resolve(const Reasons& reasons) {
  ByResolve out;
  const std::size_t n = reasons.by_resolve.size();
  if (n < 20 * groups) return out;
  double all = 0, between = 0;
  for (const auto& [u, visit] : reasons.by_resolve) all += visit;
  const double p = all / static_cast<double>(n);
  for (std::size_t g = 0; g < groups; ++g) {
    const std::size_t from = g * n / groups, to = (g + 1) * n / groups;
    double hits = 0;
    for (std::size_t i = from; i < to; ++i) hits += reasons.by_resolve[i].second;
    const auto size = static_cast<double>(to - from);
    const double q = hits / size;
    out.fifths.push_back(share_of(hits, size));
    between += ((q - p) * (q - p) - q * (1 - q) / (size - 1)) / groups;  // less what chance alone spreads them
  }
  out.explained = p > 0 && p < 1 ? std::clamp(between / (p * (1 - p)), 0.0, 1.0) : 0;
  return out;
}

struct Driver {
  std::string name, symbol;
  double mean, sd;
};
std::vector<Driver> drivers(const agents::Stage& stage, const Spreads& spreads, double n) {
  std::vector<Driver> out;
  if (n == 0) return out;
  agents::Terms means{};
  std::map<std::string, double> sd;
  for (std::size_t i = 0; i < agents::term_count; ++i) {
    if (spreads[i].squares == 0) continue;
    agents::Terms one{};
    one[i] = 1;
    means[i] = spreads[i].mean(n);
    sd[terms_of(stage, one).front().name] = spreads[i].sd(n);
  }
  for (const NamedTerm& t : terms_of(stage, means)) out.push_back({t.name, t.symbol, t.logits, sd[t.name]});
  return out;
}

std::string interval(const Share& s) {
  if (std::isnan(s.share)) return "-";
  const int places = s.share < 0.1 ? 2 : 1;
  return right(fixed(100 * s.share, places) + " %", 9) + "   (" + fixed(100 * s.low, places) + " to " +
         fixed(100 * s.high, places) + ")";
}

std::string text_of(const std::string& what, const std::vector<Driver>& all, const Spread& sum, double n) {
  if (all.empty()) return "";
  std::string out = "\n" + what + ": mean over " + grouped(static_cast<std::int64_t>(n)) +
                    " histories, and how much it differs between them (sd); logits\n";
  for (const Driver& d : all)
    if (std::abs(d.mean) >= 0.005 || d.sd >= 0.005)
      out += "  " + left(d.name, 36) + left(d.symbol, 20) + right(signed_number(d.mean), 8) + right(fixed(d.sd, 2), 8) +
             "\n";
  return out + "  " + left("sum", 56) + right(signed_number(sum.mean(n)), 8) + right(fixed(sum.sd(n), 2), 8) + "\n";
}

Json json_of(const Share& s) { return {{"share", s.share}, {"low", s.low}, {"high", s.high}}; }
Json json_of(const std::vector<Driver>& all) {
  Json out = Json::array();
  for (const Driver& d : all) out.push_back({{"term", d.name}, {"symbol", d.symbol}, {"mean", d.mean}, {"sd", d.sd}});
  return out;
}

/// A turn that the trip can take: its name for programs, its words for people.
struct Turn {
  const char *name, *words;
  Share share;
};

/// All that is told.
struct Card {
  std::string title, leader, leader_id, host, host_id, date;
  double days = 0, value = 0, kap_arrest = 0;
  bool duty = false;
  std::int64_t replicates = 0;
  std::uint64_t seed = 0;
  double asked = 0;              ///< histories in which the question comes up
  std::optional<double> feared;  ///< P(arrest) as the leader sees it before departure, mean
  std::vector<Turn> turns;
  std::vector<RidgeOfTrip> ridge;
  Reasons reasons;
  ByResolve resolve;
  std::vector<Driver> going, withdrawing;
  std::optional<sim::VarianceSplit> unknown;
};

Json json_of(const Card& c) {
  Json out = {{"title", c.title},    {"leader", c.leader_id}, {"host", c.host_id},
              {"host_name", c.host}, {"date", c.date},        {"days", c.days},
              {"value", c.value},    {"duty", c.duty},        {"replicates", c.replicates},
              {"seed", c.seed},      {"invitations", c.asked}};
  for (const Turn& t : c.turns) out["odds"][t.name] = json_of(t.share);
  Json& points = out["arrest_ridge"] = Json::array();
  for (const RidgeOfTrip& r : c.ridge)
    points.push_back({{"kap_arrest", r.kap_arrest},
                      {"Lambda", r.Lambda},
                      {"p_arrest", r.p_arrest.mean},
                      {"p_arrest_se", r.p_arrest.standard_error},
                      {"visit", r.visits.mean},
                      {"visit_se", r.visits.standard_error}});
  out["caveat"] = arrest_caveat;
  out["feared_by_the_leader"] = c.feared ? Json(*c.feared) : Json(nullptr);
  out["drivers"] = {
      {"histories", c.reasons.by_resolve.size()}, {"going", json_of(c.going)}, {"withdrawing", json_of(c.withdrawing)}};
  Json& fifths = out["visit_by_resolve"] = Json::array();
  for (const Share& s : c.resolve.fifths) fifths.push_back(json_of(s));
  out["visit_by_resolve_histories"] = c.reasons.by_resolve.size();
  if (c.unknown)
    out["posterior"] = {{"sets", c.unknown->sets},
                        {"chance", c.unknown->chance},
                        {"ignorance", c.unknown->ignorance},
                        {"ignorance_se", c.unknown->ignorance_se},
                        {"ignorances_share", c.unknown->share()}};
  out["variance_of_the_visit"] = {{"hidden_resolve_of_the_host", c.resolve.explained},
                                  {"chance", 1 - c.resolve.explained}};
  return out;
}

std::string text_of(const Card& c) {
  std::string out = c.leader + " to " + c.host + ", " + c.date + ", " + scenarios::shortest(c.days) +
                    (c.days == 1 ? " day" : " days") + ", an occasion of value " + scenarios::shortest(c.value) +
                    "; the host has " + (c.duty ? "a" : "no") + " duty to arrest\n" + c.title + ", " +
                    so_many(c.replicates, "history", "histories") + ", seed " + std::to_string(c.seed) +
                    "; in brackets: 95 %, simulation error only\n\n";
  if (c.asked < static_cast<double>(c.replicates))
    out += "In " + so_many(c.replicates - static_cast<std::int64_t>(c.asked), "history", "histories") +
           " the leader is no longer free when the question comes up.\n";
  for (const Turn& t : c.turns) out += "  " + left(t.words, 42) + interval(t.share) + "\n";
  if (c.duty && !std::isfinite(c.kap_arrest)) {
    out += "\nP(arrest) on this trip: none by assumption, an infinite kap_arrest says that no host arrests.\n";
  } else if (c.duty) {
    out +=
        "\nP(arrest) on this trip, per thousand histories, along what the record cannot tell apart (* as assumed "
        "here)\n";
    const auto row = [&](const char* label, auto value) {
      out += "  " + left(label, 24);
      for (const RidgeOfTrip& r : c.ridge) out += right(value(r), 16);
      out += "\n";
    };
    row("kap_arrest",
        [&](const auto& r) { return fixed(r.kap_arrest, 1) + (r.kap_arrest == c.kap_arrest ? "*" : " "); });
    row("Lambda", [](const auto& r) { return fixed(r.Lambda, 0) + " "; });
    row("P(arrest)", [](const auto& r) {
      return fixed(1000 * r.p_arrest.mean, 2) + " ± " + fixed(1000 * sim::z_95 * r.p_arrest.standard_error, 2) + " ";
    });
    row("visit takes place", [](const auto& r) { return fixed(100 * r.visits.mean, 1) + " % "; });
    out += "  " + std::string(arrest_caveat) + "\n  Read the row as a range, never as a point.\n";
  }
  out += text_of("What moves the leader to go", c.going, c.reasons.logit_going, c.reasons.answers);
  out += text_of("What moves the host to withdraw", c.withdrawing, c.reasons.logit_withdrawing, c.reasons.invitations);
  out += "\nChance and ignorance\n";
  if (!c.resolve.fifths.empty()) {
    out +=
        "  The host's own resolve is known to the host alone. From its softest fifth to its firmest the visit takes "
        "place in\n ";
    for (const Share& s : c.resolve.fifths) out += " " + percent(s.share);
    out += ": that explains " + percent(c.resolve.explained) + " of the variance (of " +
           grouped(static_cast<std::int64_t>(c.reasons.by_resolve.size())) +
           " histories with the invitation); the rest is the luck of soundings, answers and weeks.\n";
  }
  if (c.unknown)
    out += "  Over " + std::to_string(c.unknown->sets) +
           " parameter sets the chance of the visit has a spread (sd) of " +
           fixed(100 * std::sqrt(std::max(c.unknown->ignorance, 0.0)), 1) +
           " points: ignorance's share of the variance is " + percent(c.unknown->share()) +
           ".\n  The shares above are means over the sets; reasons and the row of P(arrest) " +
           "are those of the scenario's own parameters.\n";
  else
    out += "  What is unknown about the parameters is not in these figures (--posterior FILE puts it there).\n";
  if (c.duty && std::isfinite(c.kap_arrest))
    out += "  What the record cannot tell at all stands in the row of P(arrest).\n";
  return out;
}

}  // namespace

int card(const Arguments& arguments) {
  const auto threads = arguments.whole("threads", 1, 4096);
  const scenarios::Scenario scenario = with_trip(arguments);
  const agents::Stage stage(scenario.world);
  const Trip trip = find_trip(scenario, stage, arguments);
  const agents::ScheduledTrip& planned = stage.calendars[trip.leader.index].trips[trip.row];
  const agents::HostTerms& ties = stage.period(planned.start).leaders[trip.leader.index].hosts[planned.host.index];
  const bool duty = ties.duty > 0;

  sim::RunSettings settings;
  settings.seed = scenario.run.seed;
  settings.replicates = settings.trips = scenario.run.replicates;
  settings.threads = sim::thread_count(static_cast<int>(threads.value_or(0)));
  std::map<agents::Answer, double> answers;
  std::map<Outcome, double> outcomes;
  double asked = 0, feared = 0, looks = 0;
  const auto sets = posterior_wanted(arguments, settings.replicates);
  std::vector<double> under_duty(sets ? sets->sets.size() : 1, 0.0);  // visits by parameter set
  settings.on_trips = [&](const sim::TripTable& lived) {
    lived.each([&](const sim::TripRecord& record) {
      const agents::Decision& d = record.decision;
      if (!trip.is(d)) return;
      ++asked;
      ++answers[d.answer];
      ++outcomes[d.outcome];
      under_duty[sets ? sets->set_of(record.replicate) : 0] += agents::is_visit(d.outcome) && d.duty;
      looks += d.reached;
      feared += d.reached ? static_cast<double>(d.pi_arrest) : 0;
    });
  };
  std::optional<sim::VarianceSplit> unknown;
  std::vector<RidgeOfTrip> ridge;
  {
    Progress progress("histories",
                      settings.replicates * (duty ? 1 + static_cast<std::int64_t>(std::size(sim::ridge_steps)) : 1));
    std::int64_t before = 0;
    settings.on_progress = [&](std::int64_t done) { progress.at(before + done); };
    if (sets) {
      const sim::EnsembleResult lived = sim::run(ensemble(scenario.world, *sets), settings);
      std::size_t event = trip.row;
      for (std::size_t l = 0; l < trip.leader.index; ++l) event += stage.calendars[l].trips.size();
      unknown = sim::split(lived.by_set, sim::OutcomeRows(stage).event(event));
    } else {
      sim::run(stage, settings);
    }
    before = settings.replicates;
    if (duty) ridge = ridge_of(scenario.world, trip, settings);
  }

  const auto of_asked = [&](double hits) { return share_of(hits, asked); };
  const double visited = std::accumulate(under_duty.begin(), under_duty.end(), 0.0);
  double findings = 0, zetas = 0;  // expected; and of all sets
  for (std::size_t k = 0; k < under_duty.size(); ++k) {
    const double of_set = (sets ? sets->world(scenario.world, k) : scenario.world).parameters.zeta;
    findings += under_duty[k] * of_set;
    zetas += of_set;
  }
  const Share found = of_asked(visited);
  double zeta = duty ? zetas / static_cast<double>(under_duty.size()) : 0;  // a visit not seen is still possible
  if (visited > 0) zeta = findings / visited;
  Card c;
  c.title = scenario.title;
  c.leader = scenario.leader_labels[trip.leader.index].name;
  c.leader_id = stage.world.leaders[trip.leader.index].name;
  c.host = scenario.host_names[planned.host.index];
  c.host_id = stage.world.hosts[planned.host.index].name;
  c.date = scenarios::to_text(scenario.event_labels[planned.stages.front()].date);
  c.days = planned.days;
  c.value = planned.V;
  c.kap_arrest = scenario.world.parameters.kap_arrest;
  c.duty = duty;
  c.replicates = settings.replicates;
  c.seed = settings.seed;
  c.asked = asked;
  if (looks > 0) c.feared = feared / looks;
  c.turns = {
      {"go", "the invitation is answered: go", of_asked(answers[agents::Answer::go])},
      {"delegate", "  a delegate or a video link", of_asked(answers[agents::Answer::delegate])},
      {"skip", "  skip", of_asked(answers[agents::Answer::skip])},
      {"withdrawn", "announced, and the host withdraws it", of_asked(outcomes[Outcome::withdrawn])},
      {"stays_home", "announced, and the leader stays home", of_asked(outcomes[Outcome::stays_home])},
      {"visit", "the visit takes place", of_asked(outcomes[Outcome::visited] + outcomes[Outcome::cut_short])},
      {"cut_short", "  and is cut short under a court order", of_asked(outcomes[Outcome::cut_short])},
      {"finding", "a finding of non-compliance follows", {zeta * found.share, zeta * found.low, zeta * found.high}},
  };
  c.ridge = std::move(ridge);
  c.reasons = reasons_of(stage, trip, settings.seed, std::min(settings.replicates, most_witnessed));
  c.resolve = by_resolve(c.reasons);
  c.going = drivers(stage, c.reasons.going, c.reasons.answers);
  c.withdrawing = drivers(stage, c.reasons.withdrawing, c.reasons.invitations);
  c.unknown = unknown;
  std::cout << (arguments.flag("json") ? json_of(c).dump(1) + "\n" : text_of(c));
  return Exit::done;
}

}  // namespace cli
