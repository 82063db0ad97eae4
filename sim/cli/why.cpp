// why: the reasons behind one decision of a history, or behind the stand of every host: terms in logits, and the
// smallest change of each single input that turns the decision.
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "agents/life.hpp"
#include "agents/reasons.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/posterior.hpp"
#include "sim/cli/reasons_text.hpp"
#include "sim/cli/results_text.hpp"
#include "sim/cli/words.hpp"
#include "sim/rng/philox.hpp"

namespace cli {
namespace {

using agents::Moment;
using Json = nlohmann::ordered_json;
using MomentKind = Moment::Kind;

/// One history lived again, with what was decided by.
struct Lived {
  const scenarios::Scenario& scenario;
  const agents::Stage& stage;
  const agents::History& history;
  const std::vector<Moment>& moments;

  std::string date(agents::Week t) const { return scenarios::to_text(scenario.start + std::chrono::days(7 * t)); }
  const std::string& host(agents::HostId h) const { return scenario.host_names[h.index]; }
  const std::string& leader(agents::LeaderId l) const { return scenario.leader_labels[l.index].name; }
  std::string occasion(const agents::Decision& d) const {
    if (d.event < 0) return d.second_stop ? "second stop" : "bilateral visit";
    const auto& trip = stage.calendars[d.leader.index].trips[static_cast<std::size_t>(d.event)];
    return scenario.event_labels[trip.stages.front()].name;
  }
};

/// The moments of a decision that are told: the answer, the week in which the invitation was withdrawn or came nearest
/// to it, the look, the arrival.
std::vector<const Moment*> told(const Lived& lived, std::size_t decision) {
  std::vector<const Moment*> out;
  const Moment* nearest = nullptr;
  double least = 0;
  const auto flush = [&] {
    if (nearest) out.push_back(nearest);
    nearest = nullptr;
  };
  for (const Moment& m : lived.moments) {
    if (m.decision != decision) continue;
    if (m.kind != MomentKind::invitation) {
      flush();
      out.push_back(&m);
      continue;
    }
    const agents::Chance c = chance(lived.stage, inputs_at(lived.stage, m), m);
    if (nearest && !(c.luck - c.logit < least)) continue;
    nearest = &m;
    least = c.luck - c.logit;
  }
  flush();
  return out;
}

std::string outcome_of(const Moment& m, const agents::Decision& d) {
  const std::string_view out = agents::outcome_names[static_cast<std::size_t>(d.outcome)];
  switch (m.kind) {
    case MomentKind::answer:
      return std::string(agents::answer_names[static_cast<std::size_t>(d.answer)]);
    case MomentKind::invitation:
      return d.outcome == agents::Outcome::withdrawn ? "withdraws" : "keeps the invitation";
    case MomentKind::look:
      return d.outcome == agents::Outcome::stays_home ? "stays home" : "goes ahead";
    case MomentKind::arrest:
      return d.outcome == agents::Outcome::arrested ? "arrested" : "not arrested: " + std::string(out);
  }
  return {};
}

constexpr const char* kind_names[] = {"answer", "invitation", "look", "arrest"};
constexpr const char* index_names[] = {"going", "withdrawing", "going ahead", "arresting"};

/// Of what decision_terms adds up to.
double in_words(const Moment& m, double logit) { return m.kind == MomentKind::look ? -logit : logit; }

Json number_or_null(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

Json json_of(const Lived& lived, const Moment& m, const agents::Decision& d) {
  const agents::Inputs x = inputs_at(lived.stage, m);
  const agents::Reckoning r = reckon(lived.stage, x);
  const agents::Chance c = chance(lived.stage, x, m);
  Json out;
  out["stage"] = kind_names[static_cast<int>(m.kind)];
  out["who"] = m.kind == MomentKind::answer || m.kind == MomentKind::look ? "leader" : "host";
  out["week"] = m.week;
  out["date"] = lived.date(m.week);
  out["what_happened"] = outcome_of(m, d);
  switch (m.kind) {
    case MomentKind::answer:
      out["odds"] = {{"go", r.p_go}, {"delegate", r.p_go_or_delegate - r.p_go}, {"skip", 1 - r.p_go_or_delegate}};
      break;
    case MomentKind::invitation:
      out["odds"] = {{"withdraw_over_the_lead", r.p_refuse}, {"withdraw_this_week", r.p_withdraw_this_week}};
      break;
    case MomentKind::look:
      out["odds"] = {{"stay_home", r.p_stay}};
      break;
    case MomentKind::arrest:
      out["odds"] = {{"arrest", r.p_arrest}};
      break;
  }
  if (m.kind != MomentKind::arrest) out["pi_arrest"] = r.pi_arrest;
  out["index"] = index_names[static_cast<int>(m.kind)];
  out["logit"] = number_or_null(in_words(m, c.logit));
  out["logit_at_even_odds"] = number_or_null(in_words(m, c.even));
  out["logit_at_which_this_history_turns"] = number_or_null(in_words(m, c.luck));
  out["oracle"] = m.used;
  out["terms"] = json_of(terms_of(lived.stage, decision_terms(lived.stage, x, m).terms()));
  if (out["who"] == "leader") {
    agents::Inputs believed = x;  // the host as the leader sees it
    believed.resolve = x.belief_mean;
    out["host_as_believed"] = json_of(terms_of(lived.stage, compliance_terms(lived.stage, believed).terms()));
  }
  Json& flips = out["flips"] = Json::array();
  for (const agents::Flip& f : agents::flips(lived.stage, x, m)) {
    Json flip = {{"input", f.lever.name}, {"symbol", f.lever.symbol}, {"unit", f.lever.unit}, {"now", f.now}};
    const std::string key = scenario_key(lived.stage, f.lever, m.leader, m.host);
    if (!key.empty()) flip["key"] = key;
    flip["even_odds_at"] = f.even ? Json(*f.even) : Json(nullptr);
    flip["this_history_turns_at"] = f.luck ? Json(*f.luck) : Json(nullptr);
    flip["range"] = {f.lever.low, f.lever.high};
    flips.push_back(std::move(flip));
  }
  return out;
}

std::string text_of(const Lived& lived, const Moment& m, const agents::Decision& d) {
  const agents::Inputs x = inputs_at(lived.stage, m);
  const agents::Reckoning r = reckon(lived.stage, x);
  const agents::Chance c = chance(lived.stage, x, m);
  const std::string when = "week of " + lived.date(m.week);
  std::string out = "\n";
  switch (m.kind) {
    case MomentKind::answer:
      out += "The leader answers, " + when + ": " + outcome_of(m, d) + "\n  odds: go " + percent(r.p_go) +
             ", delegate " + percent(r.p_go_or_delegate - r.p_go) + ", skip " + percent(1 - r.p_go_or_delegate) + "\n";
      break;
    case MomentKind::invitation:
      out += "The host " + outcome_of(m, d) + ", " + when +
             (d.outcome == agents::Outcome::withdrawn ? "" : " (the week in which it came nearest to withdrawing)") +
             "\n  odds of withdrawing: over the whole lead " + percent(r.p_refuse) + ", in this week " +
             percent(r.p_withdraw_this_week) + "\n";
      break;
    case MomentKind::look:
      out += "The leader looks once more, " + when + ": " + outcome_of(m, d) + "\n  odds of staying home " +
             percent(r.p_stay) + "; fears arrest " + fixed(100 * r.pi_arrest, 2) + " %\n";
      break;
    case MomentKind::arrest:
      out += "The host at the airport, " + when + ": " + outcome_of(m, d) + "\n";
      if (x.now.duty == 0) return out + "  The host has no duty to arrest.\n";
      out += "  P(arrest) " + fixed(100 * r.p_arrest, 2) + " %\n";
      break;
  }
  out += "  logit of " + std::string(index_names[static_cast<int>(m.kind)]) + ", term by term:\n" +
         text_of(terms_of(lived.stage, decision_terms(lived.stage, x, m).terms()));
  const double logit = in_words(m, c.logit), even = in_words(m, c.even) - logit, luck = in_words(m, c.luck) - logit;
  const auto distance = [](double by) {
    return std::isfinite(by) ? signed_number(by) : std::string("no change at all");
  };
  out += "  It would have to change by " + distance(even) + " logits for even odds, by " + distance(luck) +
         " for this history to turn.\n";
  std::string rows;
  for (const agents::Flip& f : agents::flips(lived.stage, x, m)) {
    if (!f.even && !f.luck) continue;
    const int places = f.lever.high > 100 ? 0 : 2;
    const auto at = [&](const std::optional<double>& value) {
      return value ? fixed(*value, places) : std::string("-");
    };
    rows += "    " + left(std::string(f.lever.name) + " (" + f.lever.symbol + ")", 46) +
            right(fixed(f.now, places), 9) + right(at(f.even), 12) + right(at(f.luck), 12) + "\n";
  }
  if (rows.empty()) return out + "  No single input can do that within its range.\n";
  return out + "    " + left("one input alone, the rest as it was", 46) + right("now", 9) + right("even odds", 12) +
         right("this turns", 12) + "\n" + rows;
}

std::string list(const Lived& lived) {
  const bool several = lived.stage.leaders > 1;
  const auto who = [&](std::string_view name) { return several ? left(name, 21) + " " : std::string(); };
  std::string out = "  K  answered    ends        " + who("leader") +
                    "what                                              host              answer    outcome\n";
  for (std::size_t i = 0; i < lived.history.decisions.size(); ++i) {
    const agents::Decision& d = lived.history.decisions[i];
    out += right(std::to_string(i), 3) + "  " + lived.date(d.week) + "  " + lived.date(d.week_out) + "  " +
           who(lived.leader(d.leader)) + left(lived.occasion(d), 49) + " " + left(lived.host(d.host), 17) + " " +
           left(agents::answer_names[static_cast<std::size_t>(d.answer)], 9) + " " +
           std::string(agents::outcome_names[static_cast<std::size_t>(d.outcome)]) + "\n";
  }
  return out;
}

Json heading(const Lived& lived, std::size_t i) {
  const agents::Decision& d = lived.history.decisions[i];
  return {{"decision", i},
          {"leader", lived.stage.world.leaders[d.leader.index].name},
          {"host", lived.stage.world.hosts[d.host.index].name},
          {"host_name", lived.host(d.host)},
          {"occasion", lived.occasion(d)},
          {"date", lived.date(d.week)},
          {"date_out", lived.date(d.week_out)},
          {"duty", d.duty},
          {"answer", agents::answer_names[static_cast<std::size_t>(d.answer)]},
          {"outcome", agents::outcome_names[static_cast<std::size_t>(d.outcome)]}};
}

/// Where every host stands with stocks at rest.
int stands(const Revived& revived, const agents::Stage& stage, agents::Week week, bool json) {
  const scenarios::Scenario& scenario = revived.scenario;
  const double nu = norm_at_rest(stage, week);
  Json out = {{"title", scenario.title},
              {"date", scenarios::to_text(scenario.start + std::chrono::days(7 * week))},
              {"nu", nu},
              {"caveat", arrest_caveat}};
  Json& rows = out["hosts"] = Json::array();
  std::string text;
  for (std::uint16_t l = 0; l < stage.leaders; ++l) {
    std::vector<std::pair<double, std::string>> lines;
    for (std::uint16_t h = 0; h < stage.hosts; ++h) {
      const agents::Host& host = stage.world.hosts[h];
      if (host.name == stage.world.leaders[l].home || !host.exists.holds(week)) continue;
      const agents::Inputs x = at_rest(stage, {l}, {h}, week);
      const agents::Reckoning r = reckon(stage, x);
      const std::vector<NamedTerm> terms = terms_of(stage, compliance_terms(stage, x).terms());
      double alliance = 0, rest = 0;
      for (const NamedTerm& t : terms) (t.of_alliance ? alliance : rest) += t.logits;
      rows.push_back({{"leader", stage.world.leaders[l].name},
                      {"host", host.name},
                      {"name", scenario.host_names[h]},
                      {"duty", x.now.duty > 0},
                      {"alliance", -alliance},
                      {"pressure_to_comply", rest},
                      {"compliance_index", r.c},
                      {"p_refuse", r.p_refuse},
                      {"p_arrest", r.p_arrest},
                      {"p_go", r.p_go},
                      {"terms", json_of(terms)}});
      if (x.now.duty == 0) continue;
      lines.emplace_back(-r.c, "  " + left(scenario.host_names[h], 32) + right(signed_number(rest), 10) +
                                   right(fixed(-alliance, 2), 10) + right(signed_number(r.c), 10) +
                                   right(percent(r.p_refuse), 10) + right(fixed(100 * r.p_arrest, 2) + " %", 11) +
                                   right(percent(r.p_go), 8) + "\n");
    }
    std::stable_sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    text += scenario.leader_labels[l].name + ": hosts with a duty to arrest\n  " + left("", 32) +
            right("pressure", 10) + right("alliance", 10) + right("index c", 10) + right("refuses", 10) +
            right("arrests", 11) + right("goes", 8) + "\n";
    for (const auto& line : lines) text += line.second;
  }
  if (json)
    std::cout << out.dump(1) << '\n';
  else
    std::cout << scenario.title << ", week of " << out["date"].get<std::string>()
              << ": where hosts stand before anything has happened (no campaign, no visit, own\nresolve 0, norm "
              << fixed(nu, 2) << "); logits. c = pressure - alliance. Goes: to an occasion of value 1.\n"
              << (sets_of(revived)
                      ? "The parameters are the scenario's own, not those of the sets it was lived under.\n"
                      : "")
              << arrest_caveat << "\n\n"
              << text;
  return Exit::done;
}

}  // namespace

int why(const Arguments& arguments) {
  if (arguments.words().empty()) throw UsageError("why takes a results file");
  const Revived revived = revive(arguments.words().front());
  const bool json = arguments.flag("json");
  for (const char* option : {"replicate", "decision"})
    if (arguments.flag("hosts") && arguments.flag(option))
      throw UsageError("option '--" + std::string(option) + "': --hosts tells of no history");
  if (arguments.flag("week") && !arguments.flag("hosts")) throw UsageError("option '--week' goes with --hosts");
  if (arguments.flag("hosts")) {
    const agents::Stage stage(revived.scenario.world);
    return stands(revived, stage, static_cast<agents::Week>(arguments.whole("week", 0, stage.weeks() - 1).value_or(0)),
                  json);
  }
  const std::int64_t n = arguments.whole("replicate", 0, revived.run.replicates - 1).value_or(0);
  const auto sets = sets_of(revived);
  const agents::Stage stage(sets ? sets->world(revived.scenario.world, sets->set_of(n)) : revived.scenario.world);
  agents::Life life(stage);
  sim::PhiloxLuck luck(revived.run.seed, static_cast<std::uint32_t>(n));
  std::vector<Moment> moments;
  const agents::History& history = life.live(luck, nullptr, &moments);
  const Lived lived{revived.scenario, stage, history, moments};
  const auto last = static_cast<std::int64_t>(history.decisions.size()) - 1;
  const auto wanted = last < 0 ? std::nullopt : arguments.whole("decision", 0, last);

  Json out = {{"title", revived.scenario.title}, {"replicate", n}, {"caveat", arrest_caveat}};
  if (!wanted) {
    Json& all = out["decisions"] = Json::array();
    for (std::size_t i = 0; i < history.decisions.size(); ++i) all.push_back(heading(lived, i));
    if (json)
      std::cout << out.dump(1) << '\n';
    else
      std::cout << revived.scenario.title << ": the decisions of history " << grouped(n) << "; --decision K asks why\n"
                << list(lived);
    return Exit::done;
  }
  const auto i = static_cast<std::size_t>(*wanted);
  const agents::Decision& d = history.decisions[i];
  if (json) {
    out.update(heading(lived, i));
    out["note"] = flip_note;
    Json& stages = out["stages"] = Json::array();
    for (const Moment* m : told(lived, i)) stages.push_back(json_of(lived, *m, d));
    std::cout << out.dump(1) << '\n';
    return Exit::done;
  }
  std::cout << revived.scenario.title << ": history " << grouped(n) << ", decision " << i << "\n"
            << lived.leader(d.leader) << ", " << lived.occasion(d) << ", " << lived.host(d.host) << ": answered "
            << agents::answer_names[static_cast<std::size_t>(d.answer)] << ", outcome "
            << agents::outcome_names[static_cast<std::size_t>(d.outcome)] << "\n"
            << flip_note << "\n"
            << arrest_caveat << "\n";
  for (const Moment* m : told(lived, i)) std::cout << text_of(lived, *m, d);
  return Exit::done;
}

}  // namespace cli
