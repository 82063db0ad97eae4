#include "sim/cli/story.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/cli/words.hpp"

namespace cli {
namespace {

using agents::Note;
using Kind = Note::Kind;

/// How one kind of note is told: its name for programs and the names of its numbers.
struct Telling {
  const char* name;
  std::vector<const char*> numbers;
};

const Telling& telling(Kind kind) {
  static const Telling all[] = {
      {"opportunity", {"V", "lead_weeks", "days"}},
      {"not_pursued", {"p_pursue"}},
      {"sounding", {"signal", "belief_mean", "belief_sd"}},
      {"answer", {"U_go", "U_delegate", "p_go", "p_delegate", "pi_arrest", "pi_refuse"}},
      {"campaign", {"effort", "pressure"}},
      {"order", {"p_order"}},
      {"withdrawal", {"p_refuse", "p_this_week"}},
      {"look", {"p_stay", "pi_arrest"}},
      {"stays_home", {"p_stay", "pi_arrest"}},
      {"diversion", {"p_divert", "p_arrest"}},
      {"arrest", {"p_arrest", "pi_arrest"}},
      {"visit", {"p_arrest", "pi_arrest", "days"}},
      {"cut_short", {"p_arrest", "pi_arrest", "days"}},
      {"finding", {"findings"}},
      {"government", {"resolve"}},
  };
  return all[static_cast<std::size_t>(kind)];
}

std::string small_chance(double p) {
  if (p == 0) return "0";
  if (p < 0.0005) return "under 0.1 %";
  return p < 0.1 ? fixed(100 * p, 1) + " %" : percent(p);
}

std::string plural(double n, const std::string& thing) {
  const std::string number = fixed(n, std::floor(n) == n ? 0 : 1);
  return number + " " + thing + (n == 1 ? "" : "s");
}

class Teller {
 public:
  Teller(const scenarios::Scenario& scenario, const agents::Stage& stage) : scenario_(scenario), stage_(stage) {}

  std::string date(agents::Week t) const { return scenarios::to_text(scenario_.start + std::chrono::days(7 * t)); }
  const std::string& host(agents::HostId h) const { return scenario_.host_names[h.index]; }
  const std::string& leader(agents::LeaderId l) const { return scenario_.leader_labels[l.index].name; }

  std::string occasion(const Note& n) const {
    if (n.event < 0) return std::string(n.second_stop ? "a second stop in " : "a bilateral visit to ") + host(n.host);
    const auto& trip = stage_.calendars[n.leader.index].trips[static_cast<std::size_t>(n.event)];
    std::string name = scenario_.event_labels[trip.stages.front()].name;
    for (std::size_t i = 1; i < trip.stages.size(); ++i) name += "; " + scenario_.event_labels[trip.stages[i]].name;
    return name + " (" + host(n.host) + ")";
  }

  std::string tell(const Note& n, const agents::Answer* answer) const {
    const auto& x = n.numbers;
    switch (n.kind) {
      case Kind::opportunity:
        return occasion(n) + ": value " + fixed(x[0], 2) + ", in " + plural(x[1], "week") + ", for " +
               plural(x[2], "day");
      case Kind::not_pursued:
        return "an idea for " + occasion(n) + " is not pursued (odds of pursuing " + percent(x[0]) + ")";
      case Kind::sounding:
        return "  sounds the host out: hears " + fixed(x[0], 2) + ", now believes its resolve is " + fixed(x[1], 2) +
               " ± " + fixed(x[2], 2) + " logits";
      case Kind::answer: {
        static const char* words[] = {"goes: the trip is announced", "sends a delegate", "declines"};
        return std::string("  ") + words[answer ? static_cast<int>(*answer) : 0] + " (odds: go " + percent(x[2]) +
               ", delegate " + percent(x[3]) + "; fears arrest " + small_chance(x[4]) + ", refusal " +
               small_chance(x[5]) + ")";
      }
      case Kind::campaign:
        return "NGOs campaign in " + host(n.host) + ": effort " + fixed(x[0], 2) + ", pressure now " + fixed(x[1], 2);
      case Kind::order:
        return "a court in " + host(n.host) + " orders the arrest (the odds were " + small_chance(x[0]) + ")";
      case Kind::withdrawal:
        return host(n.host) + " withdraws its invitation to " + occasion(n) + " (odds this week " + small_chance(x[1]) +
               ", over the whole lead " + small_chance(x[0]) + ")";
      case Kind::look:
        return "departs for " + occasion(n) + " (the odds of staying home were " + small_chance(x[0]) + "), flying " +
               flight(n);
      case Kind::stays_home:
        return "stays home from " + occasion(n) + " (odds " + small_chance(x[0]) + "; fears arrest " +
               small_chance(x[1]) + ")";
      case Kind::diversion:
        return "is diverted to " + host(n.host) + " (odds " + small_chance(x[0]) + "; P(arrest) there " +
               small_chance(x[1]) + ")";
      case Kind::arrest:
        return "IS ARRESTED on the way to " + occasion(n) + " or there (P(arrest) there " + small_chance(x[0]) +
               ", feared " + small_chance(x[1]) + ")";
      case Kind::visit:
        return "visits " + host(n.host) + " for " + plural(x[2], "day") + " (P(arrest) was " + small_chance(x[0]) +
               ", feared " + small_chance(x[1]) + ")";
      case Kind::cut_short:
        return "leaves " + host(n.host) + " early, under a court order, after " + plural(x[2], "day") +
               " (P(arrest) was " + small_chance(x[0]) + ")";
      case Kind::finding:
        return "the court finds " + host(n.host) + " in breach (findings now weigh " + fixed(x[0], 2) + ")";
      case Kind::government:
        return host(n.host) + " has a new government";
    }
    return {};
  }

  const agents::Route& route(const Note& n) const {
    return stage_.period(n.week).leaders[n.leader.index].hosts[n.host.index].route;
  }

 private:
  std::string flight(const Note& n) const {
    const agents::Route& way = route(n);
    std::string out = fixed(static_cast<double>(way.hours), 1) + " h";
    if (way.detour_hours > 0) out += ", " + fixed(static_cast<double>(way.detour_hours), 1) + " h of it a detour";
    std::string over;
    for (const agents::Overflown& o : way.with_duty) over += (over.empty() ? "" : ", ") + host(o.host);
    return out + (over.empty() ? "" : ", over states with a duty: " + over);
  }

  const scenarios::Scenario& scenario_;
  const agents::Stage& stage_;
};

/// Whether a leader has anything to do with a host in this history.
bool met(const std::vector<Note>& diary, agents::HostId host) {
  return std::any_of(diary.begin(), diary.end(),
                     [host](const Note& n) { return n.host == host && n.kind == Kind::opportunity; });
}

/// The answers in the order of the diary's `answer` notes.
class Answers {
 public:
  explicit Answers(const agents::History& history) : history_(history) {}
  const agents::Answer* next(const Note& n) {
    return n.kind == Kind::answer ? &history_.decisions[next_++].answer : nullptr;
  }

 private:
  const agents::History& history_;
  std::size_t next_ = 0;
};

}  // namespace

std::string story(const scenarios::Scenario& scenario, const agents::Stage& stage, const agents::History& history,
                  const std::vector<Note>& diary) {
  const Teller teller(scenario, stage);
  Answers answers(history);
  std::string out = std::string(arrest_caveat) +
                    "\nLogits: above 0 an agent leans to what the word says (resolve: to comply with the warrant).\n";
  agents::Week week = -1;
  for (const Note& n : diary) {
    const agents::Answer* answer = answers.next(n);
    if (n.kind == Kind::government && !met(diary, n.host)) continue;
    if (n.week != week) {
      week = n.week;
      const auto t = static_cast<std::size_t>(week);
      out += "\nweek of " + teller.date(week) + "  (norm " + fixed(history.nu[t], 2);
      for (std::uint16_t l = 0; l < stage.leaders; ++l)
        out += ", isolation " + (stage.leaders > 1 ? "of " + teller.leader({l}) + " " : "") +
               fixed(history.isolation[l * static_cast<std::size_t>(stage.weeks()) + t], 2);
      out += " at its end)\n";
    }
    const bool aside = n.kind == Kind::sounding || n.kind == Kind::answer || n.kind == Kind::government;
    const bool named = stage.leaders > 1 && !aside;
    out += "  " + (named ? teller.leader(n.leader) + ": " : "") + teller.tell(n, answer) + "\n";
  }
  out += "\n";
  for (std::uint16_t l = 0; l < stage.leaders; ++l) {
    int visits = 0, members = 0;
    for (const agents::Decision& d : history.decisions) {
      if (d.leader.index != l || !agents::is_visit(d.outcome)) continue;
      ++visits;
      members += d.duty;
    }
    out += teller.leader({l}) + ", in all: " + plural(visits, "visit") + ", " + std::to_string(members) +
           " to hosts with a duty to arrest.\n";
  }
  return out;
}

std::string story_json(const scenarios::Scenario& scenario, const agents::Stage& stage, const agents::History& history,
                       const std::vector<Note>& diary, std::int64_t replicate) {
  const Teller teller(scenario, stage);
  Answers answers(history);
  nlohmann::ordered_json out;
  out["title"] = scenario.title;
  out["replicate"] = replicate;
  out["caveat"] = arrest_caveat;
  auto& steps = out["steps"] = nlohmann::ordered_json::array();
  for (const Note& n : diary) {
    nlohmann::ordered_json step;
    const Telling& how = telling(n.kind);
    step["week"] = n.week;
    step["date"] = teller.date(n.week);
    step["what"] = how.name;
    if (n.kind != Kind::government) step["leader"] = scenario.world.leaders[n.leader.index].name;
    step["host"] = scenario.world.hosts[n.host.index].name;
    if (n.event >= 0) {
      const auto& trip = stage.calendars[n.leader.index].trips[static_cast<std::size_t>(n.event)];
      step["event"] = scenario.world.events[trip.stages.front()].name;
    }
    if (n.second_stop) step["second_stop"] = true;
    if (const agents::Answer* answer = answers.next(n))
      step["answer"] = agents::answer_names[static_cast<std::size_t>(*answer)];
    for (std::size_t i = 0; i < how.numbers.size(); ++i) step[how.numbers[i]] = n.numbers[i];
    if (n.kind == Kind::look) {
      const agents::Route& way = teller.route(n);
      step["hours"] = way.hours;
      step["detour_hours"] = way.detour_hours;
      auto& over = step["over_with_duty"] = nlohmann::ordered_json::object();
      for (const agents::Overflown& o : way.with_duty) over[scenario.world.hosts[o.host.index].name] = o.hours;
    }
    steps.push_back(std::move(step));
  }
  auto& decisions = out["decisions"] = nlohmann::ordered_json::array();
  for (const agents::Decision& d : history.decisions) {
    nlohmann::ordered_json row;
    row["leader"] = scenario.world.leaders[d.leader.index].name;
    row["host"] = scenario.world.hosts[d.host.index].name;
    row["ev"] = d.event;
    row["ans"] = agents::answer_names[static_cast<std::size_t>(d.answer)];
    row["out"] = agents::outcome_names[static_cast<std::size_t>(d.outcome)];
    row["wk"] = d.week;
    row["wk_out"] = d.week_out;
    row["order"] = d.order;
    row["days"] = d.days;
    row["hours"] = d.hours;
    row["detour_hours"] = d.detour_hours;
    if (d.diverted_to >= 0) row["diverted_to"] = scenario.world.hosts[static_cast<std::size_t>(d.diverted_to)].name;
    row["pi_a"] = d.pi_arrest;
    row["P_arr"] = d.p_arrest;
    decisions.push_back(std::move(row));
  }
  return out.dump(1) + "\n";
}

}  // namespace cli
