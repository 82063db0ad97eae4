// score: a frozen forecast against what happened.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <set>

#include "scenarios/record.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/words.hpp"
#include "sim/inference/scores.hpp"
#include "sim/output/forecast.hpp"

namespace cli {
namespace {

using scenarios::Date;
using scenarios::RecordedDecision;
using scenarios::RecordedOutcome;

bool went(const RecordedDecision& d) {
  return d.outcome != RecordedOutcome::own_choice && d.outcome != RecordedOutcome::kept_away;
}

/// Yes-or-no forecasts and what became of them.
struct Answered {
  std::vector<double> p;
  std::vector<sim::Outturn> truth;
  void add(double chance, bool happened) {
    p.push_back(chance);
    truth.push_back({happened, p.size()});
  }
};

class Scorer {
 public:
  Scorer(const sim::Forecast& forecast, const scenarios::Record& record, bool complete, bool json)
      : f_(forecast), from_(*scenarios::parse_date(f_.from)), to_(*scenarios::parse_date(f_.to)), json_(json) {
    std::vector<bool> known(f_.leaders.size());
    for (const RecordedDecision& d : record.decisions)
      for (std::size_t l = 0; l < f_.leaders.size(); ++l) {
        if (d.leader != f_.leaders[l].name && d.leader != f_.leaders[l].id) continue;
        known[l] = true;
        covered_[l] = covered_[l] || d.date > to_;
        if (d.date >= from_ && d.date <= to_) rows_[l].push_back(&d);
      }
    for (std::size_t l = 0; l < f_.leaders.size(); ++l)
      if (!known[l])
        std::cerr << "note: " << record.file << ": no decision of '" << f_.leaders[l].name << "' ('" << f_.leaders[l].id
                  << "'), by either name\n";
    if (complete) covered_.assign(covered_.size(), true);
  }

  std::string text() {
    for (std::size_t i = 0; i < f_.leaders.size(); ++i) {
      const sim::LeaderForecast& l = f_.leaders[i];
      const std::vector<const RecordedDecision*>& mine = rows_[i];
      if (!json_) out_ += "\n" + l.name + ": " + std::to_string(mine.size()) + " recorded decisions\n";
      events(l, mine);
      if (covered_[i]) {
        hosts(l, mine);
        count(l, mine, false);
        count(l, mine, true);
      } else if (!json_) {
        out_ +=
            "  No decision of this leader's is on record after the forecast's last day: hosts and numbers of visits "
            "are not scored\n  (--complete says that the record holds all that happened).\n";
      }
    }
    return out_;
  }

 private:
  /// Of histories, with half a history for each answer, so that nothing is held impossible.
  double chance(std::int64_t n) const {
    return (static_cast<double>(n) + 0.5) / (static_cast<double>(f_.histories) + 1);
  }

  void events(const sim::LeaderForecast& l, const std::vector<const RecordedDecision*>& rows) {
    std::set<const RecordedDecision*> taken;
    Answered answered;
    for (const sim::EventForecast& e : l.events) {
      const Date date = *scenarios::parse_date(e.date);
      const RecordedDecision* best = nullptr;
      const auto apart = [&](const RecordedDecision* d) { return std::abs((d->date - date).count()); };
      for (const RecordedDecision* d : rows)
        if (d->host == e.host && !taken.contains(d) && apart(d) <= scenarios::days_apart &&
            (!best || apart(d) < apart(best)))
          best = d;
      const double p = chance(e.goes + e.arrested);
      if (!json_)
        out_ += "  " + e.date + " " + left(e.name, 48) + right(percent(p), 6) +
                (best ? (went(*best) ? "   went" : "   did not go") : "   not in the record") + "\n";
      if (!best) continue;
      taken.insert(best);
      answered.add(p, went(*best));
    }
    line(l, "events", answered);
  }

  void hosts(const sim::LeaderForecast& l, const std::vector<const RecordedDecision*>& rows) {
    std::set<std::string> visited;
    for (const RecordedDecision* d : rows)
      if (went(*d)) visited.insert(d->host);
    Answered answered;
    for (const sim::HostForecast& h : l.hosts) answered.add(chance(h.visited), visited.erase(h.host) > 0);
    for (std::size_t i = 0; i < visited.size(); ++i) answered.add(chance(0), true);  // never in the histories
    line(l, "hosts", answered);
  }

  void line(const sim::LeaderForecast& l, const std::string& what, const Answered& answered) {
    if (answered.p.empty()) return;
    const sim::Scores s = sim::scores(answered.p, answered.truth);
    const auto of = [&](double (*score)(std::span<const double>, std::span<const sim::Outturn>)) {
      return sim::bootstrap(answered.truth, [&](std::span<const std::size_t> rows) {
        return score(sim::at_rows(std::span<const double>(answered.p), rows),
                     sim::at_rows(std::span<const sim::Outturn>(answered.truth), rows));
      });
    };
    const std::vector<double> same(answered.p.size(), s.went);  // who knew the share in hindsight, and nothing else
    const sim::Scores dull = sim::scores(same, answered.truth);
    if (!json_) out_ += "  " + what + ": " + std::to_string(s.n) + ", share " + percent(s.went) + "\n";
    number(l, what, "log", s.log, of([](auto p, auto t) { return sim::scores(p, t).log; }), dull.log);
    number(l, what, "brier", s.brier, of([](auto p, auto t) { return sim::scores(p, t).brier; }), dull.brier);
  }

  void number(const sim::LeaderForecast& l, const std::string& what, const std::string& score, double x,
              sim::Interval i, double dull) {
    if (json_)
      out_ += "{\"leader\": " + json_text(l.name) + ", \"of\": \"" + what + "\", \"score\": \"" + score +
              "\", \"value\": " + fixed(x, 6) + ", \"low\": " + fixed(i.low, 6) + ", \"high\": " + fixed(i.high, 6) +
              ", \"same_for_all\": " + fixed(dull, 6) + "}\n";
    else
      out_ += "    " + left(score, 6) + fixed(x, 3) + " (" + fixed(i.low, 3) + " to " + fixed(i.high, 3) +
              "; the share in hindsight for all: " + fixed(dull, 3) + ")\n";
  }

  /// As the model has it, whose counts these are held against; the record's word where the forecast has no such host.
  static bool to_member(const sim::LeaderForecast& l, const RecordedDecision& d) {
    const auto host = std::ranges::find(l.hosts, d.host, &sim::HostForecast::host);
    if (host == l.hosts.end()) return d.member.value_or(false);
    const auto changed = [&](const std::string& day) { return *scenarios::parse_date(day) <= d.date; };
    return host->member != (std::ranges::count_if(host->member_changes, changed) % 2 == 1);
  }

  /// How many visits there were, against the distribution.
  void count(const sim::LeaderForecast& l, const std::vector<const RecordedDecision*>& rows, bool members) {
    const std::vector<std::int64_t>& counts = members ? l.by_member_visits : l.by_visits;
    std::size_t visits = 0;
    for (const RecordedDecision* d : rows) visits += went(*d) && (!members || to_member(l, *d));
    double below = 0, score = 0, at = 0;
    for (std::size_t k = 0; k < std::max(counts.size(), visits + 1); ++k) {
      const double share = k < counts.size() ? static_cast<double>(counts[k]) / static_cast<double>(f_.histories) : 0.0;
      below += share;
      if (k == visits) at = share, up_to_ = below;
      const double error = below - (visits <= k ? 1 : 0);
      score += error * error;
    }
    const std::string what = members ? "visits to members" : "visits";
    if (json_)
      out_ += "{\"leader\": " + json_text(l.name) + ", \"of\": \"" + what +
              "\", \"score\": \"crps\", \"value\": " + fixed(score, 6) + ", \"record\": " + std::to_string(visits) +
              ", \"below\": " + fixed(up_to_, 6) + ", \"above\": " + fixed(1 - up_to_ + at, 6) + "}\n";
    else
      out_ += "  " + what + ": " + std::to_string(visits) + "; as many or fewer in " + percent(up_to_) +
              " of the histories, as many or more in " + percent(1 - up_to_ + at) + " (continuous ranked probability " +
              fixed(score, 2) + ")\n";
  }

  const sim::Forecast& f_;
  Date from_, to_;
  bool json_;
  double up_to_ = 0;
  std::vector<std::vector<const RecordedDecision*>> rows_{f_.leaders.size()};  ///< by leader
  std::vector<bool> covered_ = std::vector<bool>(f_.leaders.size());           ///< their record goes beyond the weeks
  std::string out_;
};

}  // namespace

int score(const Arguments& arguments) {
  if (arguments.words().empty()) throw UsageError("score takes a forecast, as 'safeconduct freeze' writes it");
  const sim::Forecast forecast = sim::read_forecast(arguments.words().front());
  const scenarios::Places places = shipped_places();
  const std::filesystem::path folder = places.world.parent_path() / "record";
  const auto file = arguments.text("records").value_or((folder / "decisions.csv").string());
  const scenarios::Record record = scenarios::read_record(file, folder, scenarios::read_facts(places.world));
  const bool json = arguments.flag("json");
  if (!json)
    std::cout << forecast.title << "\nforecast of " << forecast.from << " to " << forecast.to << ", stated "
              << forecast.stated << " by " << forecast.program << " (its hash agrees)\n";
  std::cout << Scorer(forecast, record, arguments.flag("complete"), json).text();
  if (!json)
    std::cout << "\nWent: visits, in full or cut short, and arrests (a forecast's 'goes' counts visits alone).\n"
                 "Trips made are nearly complete in a record; of trips not made only those are in it that somebody "
                 "wrote about.\n";
  return Exit::done;
}

}  // namespace cli
