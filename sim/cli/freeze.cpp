// freeze: what the model says of the coming weeks, written down so that it can be held against it.
#include <algorithm>
#include <iostream>
#include <map>
#include <system_error>

#include "scenarios/print.hpp"
#include "sim/cli/answers.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/posterior.hpp"
#include "sim/cli/progress.hpp"
#include "sim/cli/words.hpp"
#include "sim/output/forecast.hpp"
#include "sim/output/whole_file.hpp"
#include "version.hpp"

namespace cli {
namespace {

using agents::Outcome;

/// Counts the histories, one after the other.
class Counter {
 public:
  Counter(const scenarios::Scenario& scenario, const agents::Stage& stage, agents::Week from, agents::Week to)
      : stage_(stage), start_(scenario.start), from_(from), to_(to), leaders_(stage.leaders), hosts_(stage.leaders) {
    for (std::size_t l = 0; l < stage.leaders; ++l) {
      leaders_[l].id = stage.world.leaders[l].name;
      leaders_[l].name = scenario.leader_labels[l].name;
      const auto& trips = stage.calendars[l].trips;
      row_.emplace_back(trips.size(), none);
      for (std::size_t e = 0; e < trips.size(); ++e) {
        if (!inside(trips[e].start)) continue;
        row_[l][e] = leaders_[l].events.size();
        const auto& label = scenario.event_labels[trips[e].stages.front()];
        sim::EventForecast event;
        event.name = label.name;
        event.date = scenarios::to_text(label.date);
        event.host = stage.world.hosts[trips[e].host.index].name;
        event.member = duty(l, trips[e].host, trips[e].start);
        leaders_[l].events.push_back(std::move(event));
      }
    }
  }

  /// Decisions of one history.
  void add(std::span<const sim::TripRecord> decisions) {
    std::vector<std::size_t> visits(leaders_.size(), 0), member_visits(leaders_.size(), 0);
    std::map<std::pair<std::size_t, std::uint16_t>, int> here;
    for (const auto& [replicate, d] : decisions) {
      const std::size_t l = d.leader.index;
      if (d.event >= 0) count_event(l, d);
      if (!inside(d.week_out)) continue;
      leaders_[l].arrested += d.outcome == Outcome::arrested;
      if (!agents::is_visit(d.outcome)) continue;
      ++visits[l];
      member_visits[l] += d.duty;
      ++here[{l, d.host.index}];
    }
    for (std::size_t l = 0; l < leaders_.size(); ++l) {
      ++at(leaders_[l].by_visits, visits[l]);
      ++at(leaders_[l].by_member_visits, member_visits[l]);
    }
    for (const auto& [where, n] : here) {
      sim::HostForecast& h = hosts_[where.first][where.second];
      ++h.visited;
      h.visits += n;
    }
  }

  std::vector<sim::LeaderForecast> leaders() {
    for (std::size_t l = 0; l < leaders_.size(); ++l) {
      auto& hosts = leaders_[l].hosts;
      for (std::uint16_t h = 0; h < stage_.hosts; ++h) {
        if (stage_.world.hosts[h].name == stage_.world.leaders[l].home) continue;
        sim::HostForecast& forecast = hosts_[l][h];
        forecast.host = stage_.world.hosts[h].name;
        forecast.member = duty(l, {h}, from_);
        for (agents::Week t = from_ + 1; t < to_; ++t)
          if (duty(l, {h}, t) != duty(l, {h}, t - 1))
            forecast.member_changes.push_back(scenarios::to_text(start_ + std::chrono::days(7 * t)));
        hosts.push_back(forecast);
      }
      std::sort(hosts.begin(), hosts.end(), [](const auto& a, const auto& b) { return a.host < b.host; });
    }
    return std::move(leaders_);
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  static std::int64_t& at(std::vector<std::int64_t>& counts, std::size_t n) {
    if (counts.size() <= n) counts.resize(n + 1);
    return counts[n];
  }
  bool inside(agents::Week t) const { return from_ <= t && t < to_; }
  bool duty(std::size_t l, agents::HostId h, agents::Week t) const {
    return stage_.period(t).leaders[l].hosts[h.index].duty > 0;
  }

  void count_event(std::size_t l, const agents::Decision& d) {
    const std::size_t row = row_[l][static_cast<std::size_t>(d.event)];
    if (row == none) return;
    sim::EventForecast& e = leaders_[l].events[row];
    e.goes += agents::is_visit(d.outcome);
    e.cut_short += d.outcome == Outcome::cut_short;
    e.delegates += d.outcome == Outcome::delegate;
    e.skips += d.outcome == Outcome::skip;
    e.stays_home += d.outcome == Outcome::stays_home;
    e.withdrawn += d.outcome == Outcome::withdrawn;
    e.arrested += d.outcome == Outcome::arrested;
  }

  const agents::Stage& stage_;
  scenarios::Date start_;
  agents::Week from_, to_;
  std::vector<sim::LeaderForecast> leaders_;
  std::vector<std::map<std::uint16_t, sim::HostForecast>> hosts_;
  std::vector<std::vector<std::size_t>> row_;  ///< [leader][calendar row]: row of its events
};

std::string shown(const sim::Forecast& f) {
  std::string out = f.title + "\nforecast of " + f.from + " to " + f.to + ", stated " + f.stated + "; " +
                    grouped(f.histories) + " histories" +
                    (f.sets > 1 ? ", " + std::to_string(f.sets) + " parameter sets" : "") + "\n";
  const auto share = [&](std::int64_t n) { return percent(static_cast<double>(n) / static_cast<double>(f.histories)); };
  for (const sim::LeaderForecast& l : f.leaders) {
    std::int64_t visits = 0, members = 0;
    for (std::size_t k = 0; k < l.by_visits.size(); ++k) visits += static_cast<std::int64_t>(k) * l.by_visits[k];
    for (std::size_t k = 1; k < l.by_member_visits.size(); ++k) members += l.by_member_visits[k];
    const double mean = static_cast<double>(visits) / static_cast<double>(f.histories);
    out += "\n" + l.name + ": " + fixed(mean, 1) + " visits; at least one to a member in " + share(members) +
           " of the histories\n";
    for (const sim::EventForecast& e : l.events)
      out += "  " + e.date + (e.member ? " * " : "   ") + left(e.name, 48) + " goes " + right(share(e.goes), 6) + "\n";
    std::vector<sim::HostForecast> most = l.hosts;
    std::stable_sort(most.begin(), most.end(), [](const auto& a, const auto& b) { return a.visited > b.visited; });
    most.resize(std::min<std::size_t>(most.size(), 10));
    std::erase_if(most, [](const sim::HostForecast& h) { return h.visited == 0; });
    if (most.empty()) continue;
    out += "  visited at least once:";
    for (std::size_t i = 0; i < most.size(); ++i)
      out += (i ? ", " : " ") + most[i].host + (most[i].member ? "* " : " ") + share(most[i].visited);
    out += "\n";
  }
  return out + "\n* has a duty to arrest. " + std::string(arrest_caveat) + "\n";
}

}  // namespace

int freeze(const Arguments& arguments) {
  const auto date = arguments.date("from");
  if (!date) throw UsageError("freeze needs --from DATE, the day the forecast is stated and begins, e.g. 2026-01-01");
  const auto weeks = static_cast<agents::Week>(arguments.whole("weeks", 1, 520).value_or(26));
  const std::filesystem::path path = arguments.text("out").value_or("FORECAST.json");
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, ignored)))
    throw std::system_error(EEXIST, std::generic_category(),
                            "'" + path.string() + "' is there already, and a forecast is not written over");
  must_have_room("out", path);

  const scenarios::Scenario scenario = load_scenario(arguments, {"run.replicates=20000"});
  const agents::Week from = scenarios::first_week_from(*date, scenario.start), to = from + weeks;
  const auto day = [&](agents::Week t) { return scenario.start + std::chrono::days(7 * t); };
  if (from < 0 || to > scenario.world.weeks)
    throw UsageError(scenario.name + " lasts from " + scenarios::to_text(scenario.start) + " to " +
                     scenarios::to_text(day(scenario.world.weeks) - std::chrono::days(1)) +
                     ": the weeks of the forecast must lie inside (--from, --weeks)");

  const agents::Stage stage(scenario.world);
  sim::RunSettings settings;
  settings.seed = scenario.run.seed;
  settings.replicates = scenario.run.replicates;
  settings.threads = sim::thread_count(static_cast<int>(arguments.whole("threads", 1, 4096).value_or(0)));
  const auto sets = posterior_wanted(arguments, settings.replicates);
  Counter counter(scenario, stage, from, to);
  live_each(scenario, stage, sets, settings, [&](auto decisions) { counter.add(decisions); });

  sim::ResultsText text = results_text(scenario, scenarios::resolved(scenario));
  if (sets) text.world_tables[scenarios::parameter_sets_table] = scenarios::to_table(*sets);
  sim::Forecast forecast;
  forecast.stated = scenarios::to_text(*date);
  forecast.from = scenarios::to_text(day(from));
  forecast.to = scenarios::to_text(day(to) - std::chrono::days(1));
  forecast.scenario = scenario.name;
  forecast.title = scenario.title;
  forecast.program = "safeconduct " SAFECONDUCT_VERSION;
  forecast.fingerprint = sim::run_fingerprint(text, settings.seed);
  forecast.seed = settings.seed;
  forecast.histories = settings.replicates;
  forecast.sets = sets ? static_cast<std::int64_t>(sets->sets.size()) : 1;
  forecast.leaders = counter.leaders();
  sim::write_whole(path, sim::forecast_text(forecast));
  std::cout << shown(forecast) << "\nwrote " << path.string() << "\nnext: safeconduct score " << path.string()
            << " --records FILE    when it is known what happened\n";
  return Exit::done;
}

}  // namespace cli
