// patterns: the regularities of the record among those of the model's histories, leader by leader.
#include "sim/inference/patterns.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <map>

#include "scenarios/record.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/posterior.hpp"
#include "sim/cli/words.hpp"
#include "sim/run/ensemble.hpp"

namespace cli {
namespace {

using scenarios::Date;
using scenarios::RecordedDecision;
using scenarios::RecordedOutcome;
using sim::CalendarOccasion;
using sim::Journey;
using sim::Travels;

constexpr std::int64_t histories_to_compare = 4000;

/// A leader of a scenario and what the record says of him.
class Leader {
 public:
  Leader(const scenarios::Scenario& scenario, const agents::Stage& stage, std::size_t l,
         std::vector<const RecordedDecision*> rows)
      : scenario_(scenario), stage_(stage), l_(l), rows_(std::move(rows)) {
    km_ = sim::km_from_home(stage.world.leaders[l], stage.world.hosts);
    // A record is taken to end with the month of its last row.
    const std::chrono::year_month_day last{rows_.back()->date};
    end_ = Date(last.year() / last.month() / std::chrono::last) + std::chrono::days(1);
    weeks_ = std::min(stage.weeks(), scenarios::week_of(end_, scenario.start));
    for (const agents::ScheduledTrip& trip : stage.calendars[l].trips)
      event_member_.push_back(trip.start < stage.weeks() && duty(trip.host, trip.start));
    read();
  }

  const Travels& record() const { return record_; }
  const std::vector<double>& km() const { return km_; }
  agents::Week weeks() const { return weeks_; }
  Date end() const { return std::min(end_, scenario_.start + std::chrono::days(7 * weeks_)); }
  std::size_t rows() const { return rows_.size(); }
  const std::string& name() const { return scenario_.leader_labels[l_].name; }

  /// One history, from its decisions.
  Travels travels(std::span<const sim::TripRecord> decisions) const {
    Travels t{weeks_, {}, {}};
    for (const auto& [replicate, d] : decisions) {
      if (d.leader.index != l_) continue;
      if (agents::is_visit(d.outcome) && d.week_out < weeks_) t.visits.push_back(sim::journey(d));
      if (d.event >= 0) add_occasion(t, d);
    }
    t.sort_visits();
    return t;
  }

 private:
  bool duty(agents::HostId h, agents::Week t) const { return stage_.period(t).leaders[l_].hosts[h.index].duty > 0; }

  void add_occasion(Travels& t, const agents::Decision& d) const {
    const auto e = static_cast<std::size_t>(d.event);
    if (stage_.calendars[l_].trips[e].start >= weeks_) return;
    using O = agents::Outcome;
    if (d.outcome == O::pending || d.outcome == O::void_ || d.outcome == O::arrested) return;
    CalendarOccasion o{CalendarOccasion::Fate::own_choice, event_member_[e], true};
    if (agents::is_visit(d.outcome)) o.fate = CalendarOccasion::Fate::gone;
    if (d.outcome == O::delegate) o.fate = CalendarOccasion::Fate::delegate;
    if (d.outcome == O::withdrawn) o.fate = CalendarOccasion::Fate::kept_away;
    t.occasions.push_back(o);
  }

  void read() {
    record_.weeks = weeks_;
    std::map<std::string, std::uint16_t> host_of;
    for (std::size_t h = 0; h < stage_.hosts; ++h) host_of[stage_.world.hosts[h].name] = static_cast<std::uint16_t>(h);
    std::vector<bool> scheduled(rows_.size(), false);
    const auto& trips = stage_.calendars[l_].trips;
    for (std::size_t e = 0; e < trips.size() && trips[e].start < weeks_; ++e) {
      const std::size_t row = match(trips[e], scheduled);
      CalendarOccasion o{CalendarOccasion::Fate::own_choice, event_member_[e], row < rows_.size()};
      if (o.told) {
        scheduled[row] = true;
        o.fate = fate(*rows_[row]);
      }
      record_.occasions.push_back(o);
    }
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const RecordedDecision& d = *rows_[i];
      const agents::Week week = scenarios::week_of(d.date, scenario_.start);
      const auto host = host_of.find(d.host);
      if (host == host_of.end() || week < 0 || week >= weeks_ || fate(d) != CalendarOccasion::Fate::gone) continue;
      const agents::HostId h{host->second};
      record_.visits.push_back({week, h, d.days, duty(h, week), scheduled[i], d.outcome == RecordedOutcome::cut_short});
    }
  }

  /// The row that tells of a scheduled trip; rows_.size() if nobody does.
  std::size_t match(const agents::ScheduledTrip& trip, const std::vector<bool>& taken) const {
    std::size_t best = rows_.size();
    int nearest = scenarios::days_apart + 1;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if (taken[i] || rows_[i]->host != stage_.world.hosts[trip.host.index].name) continue;
      for (const std::uint16_t stage : trip.stages) {
        const auto apart = static_cast<int>(std::abs((rows_[i]->date - scenario_.event_labels[stage].date).count()));
        if (apart >= nearest) continue;
        nearest = apart;
        best = i;
      }
    }
    return best;
  }

  static CalendarOccasion::Fate fate(const RecordedDecision& d) {
    if (d.outcome == RecordedOutcome::kept_away) return CalendarOccasion::Fate::kept_away;
    if (d.outcome == RecordedOutcome::own_choice)
      return d.delegated ? CalendarOccasion::Fate::delegate : CalendarOccasion::Fate::own_choice;
    return CalendarOccasion::Fate::gone;
  }

  const scenarios::Scenario& scenario_;
  const agents::Stage& stage_;
  std::size_t l_;
  std::vector<const RecordedDecision*> rows_;  ///< by date
  Date end_{};
  agents::Week weeks_ = 0;
  std::vector<double> km_;
  std::vector<bool> event_member_;
  Travels record_;
};

/// [regularity][history], for each leader.
using Figures = std::vector<std::vector<double>>;

std::vector<Figures> live(const scenarios::Scenario& scenario, const agents::Stage& stage,
                          const std::vector<Leader>& leaders, const sim::RunSettings& settings,
                          const std::optional<scenarios::ParameterSets>& sets) {
  std::vector<Figures> figures(leaders.size(), Figures(sim::regularities().size()));
  live_each(scenario, stage, sets, settings, [&](std::span<const sim::TripRecord> decisions) {
    for (std::size_t l = 0; l < leaders.size(); ++l) {
      const Travels t = leaders[l].travels(decisions);
      for (std::size_t i = 0; i < sim::regularities().size(); ++i)
        figures[l][i].push_back(sim::regularities()[i].of(t, leaders[l].km()));
    }
  });
  return figures;
}

std::string figure(double x) { return fixed(x, std::abs(x) >= 100 ? 0 : std::abs(x) >= 10 ? 1 : 2); }

std::string text(const scenarios::Scenario& scenario, const Leader& leader, const Figures& figures) {
  std::string out = leader.name() + ", " + scenarios::to_text(scenario.start) + " to " +
                    scenarios::to_text(leader.end() - std::chrono::days(1)) + ": " +
                    std::to_string(leader.record().visits.size()) + " visits in " + std::to_string(leader.rows()) +
                    " recorded decisions; " + grouped(static_cast<std::int64_t>(figures[0].size())) + " histories of " +
                    scenario.name + "\n\n  " + left("", 26) + "unit    record     model      5 %     95 %     tail\n";
  std::size_t inside = 0, told = 0;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const sim::Regularity& r = sim::regularities()[i];
    const sim::Placed p = sim::place(r.of(leader.record(), leader.km()), figures[i]);
    const bool known = !std::isnan(p.tail());
    told += known;
    inside += p.inside();
    out += "  " + left(r.name, 26) + left(r.unit, 5) + right(figure(p.record), 9) + right(figure(p.median), 10) +
           right(figure(p.low), 9) + right(figure(p.high), 9) + right(fixed(p.tail(), 3), 9) +
           (known && !p.inside() ? " *" : "") + "\n";
  }
  return out + "\n  inside the central 90 % of the histories: " + std::to_string(inside) + " of " +
         std::to_string(told) + " (* outside)\n";
}

std::string json(const scenarios::Scenario& scenario, const Leader& leader, const Figures& figures) {
  std::string out;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const sim::Regularity& r = sim::regularities()[i];
    const sim::Placed p = sim::place(r.of(leader.record(), leader.km()), figures[i]);
    const auto value = [](double x) { return std::isnan(x) ? "null" : fixed(x, 6); };
    out += "{\"scenario\": " + json_text(scenario.name) + ", \"leader\": " + json_text(leader.name()) +
           ", \"regularity\": \"" + std::string(r.name) + "\", \"unit\": \"" + std::string(r.unit) +
           "\", \"record\": " + value(p.record) + ", \"median\": " + value(p.median) + ", \"low\": " + value(p.low) +
           ", \"high\": " + value(p.high) + ", \"below\": " + value(p.below) + ", \"above\": " + value(p.above) +
           ", \"inside\": " + (p.inside() ? "true" : "false") + "}\n";
  }
  return out;
}

constexpr std::string_view reading =
    "Model: the median history. Tail: the smaller share of histories at or beyond the record's figure, ties included. "
    "A model\n"
    "that is true leaves about one regularity in ten outside. Trips made are nearly complete in the record; of trips "
    "not made\n"
    "only those are in it that somebody wrote about, and an event of the calendar nobody wrote about counts as not "
    "gone to.\n";

}  // namespace

int patterns(const Arguments& arguments) {
  std::vector<std::string> names = arguments.words();
  if (names.empty()) names = {"bashir_2009", "putin_2023"};
  const scenarios::Places places = shipped_places();
  const std::filesystem::path folder = places.world.parent_path() / "record";
  const auto file = arguments.text("records").value_or((folder / "decisions.csv").string());
  const scenarios::Record record = scenarios::read_record(file, folder, scenarios::read_facts(places.world));
  scenarios::Loader loader(places);
  std::vector<std::string> settings_given = scenario_settings(arguments);
  settings_given.insert(settings_given.begin(), "run.replicates=" + std::to_string(histories_to_compare));
  bool any = false;
  for (const std::string& name : names) {
    const scenarios::Scenario scenario = loader.load(name, settings_given);
    const agents::Stage stage(scenario.world);
    std::vector<Leader> leaders;
    for (std::size_t l = 0; l < stage.leaders; ++l) {
      std::vector<const RecordedDecision*> rows;
      for (const RecordedDecision& d : record.decisions)
        if ((d.leader == scenario.leader_labels[l].name || d.leader == stage.world.leaders[l].name) &&
            d.date >= scenario.start && scenarios::week_of(d.date, scenario.start) < stage.weeks())
          rows.push_back(&d);
      if (!rows.empty()) leaders.emplace_back(scenario, stage, l, std::move(rows));
    }
    if (leaders.empty()) {
      std::cerr << "note: " << scenario.name << ": no decision of its leaders in the record\n";
      continue;
    }
    any = true;
    sim::RunSettings settings;
    settings.seed = scenario.run.seed;
    settings.replicates = scenario.run.replicates;
    settings.threads = sim::thread_count(static_cast<int>(arguments.whole("threads", 1, 4096).value_or(0)));
    const auto figures = live(scenario, stage, leaders, settings, posterior_wanted(arguments, settings.replicates));
    for (std::size_t l = 0; l < leaders.size(); ++l)
      std::cout << (arguments.flag("json") ? json(scenario, leaders[l], figures[l])
                                           : text(scenario, leaders[l], figures[l]) + "\n");
  }
  if (!any)
    throw scenarios::TableError(
        record.file +
        ": no decision of these scenarios' leaders (bashir_2009 and putin_2023 are about the shipped record)");
  if (!arguments.flag("json")) std::cout << reading;
  return Exit::done;
}

}  // namespace cli
