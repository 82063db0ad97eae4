#include "sim/cli/posterior.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <numeric>

#include "sim/cli/progress.hpp"
#include "sim/cli/words.hpp"
#include "sim/inference/posterior.hpp"

namespace cli {
namespace {

constexpr std::int64_t most_sets = 200;
constexpr std::size_t events_shown = 12;

class Uncertainty {
 public:
  Uncertainty(const scenarios::Scenario& scenario, const agents::Stage& stage, const std::vector<sim::Outcomes>& by_set)
      : scenario_(scenario), stage_(stage), by_set_(by_set), rows_(stage) {}

  std::string text(const scenarios::ParameterSets& sets, std::int64_t replicates) {
    out_ = "Chance and ignorance: " + lived(sets, replicates) + "\n" + std::string(38, ' ') +
           "    mean    chance ignorance  ignorance's share\n";
    for (std::size_t l = 0; l < stage_.leaders; ++l) {
      out_ += "  " + scenario_.leader_labels[l].name + "\n";
      for (const auto& [m, name] : {std::pair{sim::Measure::visits, "visits"},
                                    {sim::Measure::member_visits, "visits to members"},
                                    {sim::Measure::stays_home, "stays home after announcing"},
                                    {sim::Measure::withdrawn, "withdrawn by the host"},
                                    {sim::Measure::days, "days abroad"}})
        line(name, rows_.measure(l, m), 1);
      events(l);
    }
    return out_ +
           "  Chance: standard deviation among histories of one set. Ignorance: of the sets' means, their noise taken "
           "off; in\n"
           "  brackets: no more than the noise could be. Only ignorance shrinks when more becomes known.\n";
  }

 private:
  /// "157 of 200 parameter sets of 128 histories each, the last 32"
  std::string lived(const scenarios::ParameterSets& sets, std::int64_t replicates) const {
    const auto n = static_cast<std::int64_t>(by_set_.size());
    const std::int64_t last = replicates - (n - 1) * sets.block;
    return std::to_string(n) + (by_set_.size() < sets.of ? " of " + std::to_string(sets.of) : "") +
           (n == 1 && sets.of <= 1 ? " parameter set of " : " parameter sets of ") + grouped(sets.block) +
           " histories each" + (last < sets.block ? ", the last " + grouped(last) : "");
  }

  void line(const std::string& name, std::size_t row, int decimals) {
    const sim::VarianceSplit s = sim::split(by_set_, row);
    const bool seen = s.ignorance > 2 * s.ignorance_se;
    const std::string ignorance = fixed(std::sqrt(std::max(0.0, s.ignorance)), decimals);
    out_ += "    " + left(name, 34) + right(fixed(s.mean, decimals), 8) +
            right(fixed(std::sqrt(s.chance), decimals), 10) + right(seen ? ignorance : "(" + ignorance + ")", 10) +
            right(percent(s.share()), 19) + "\n";
  }

  /// The occasions about which the sets differ most.
  void events(std::size_t l) {
    std::size_t first = 0;
    for (std::size_t other = 0; other < l; ++other) first += stage_.calendars[other].trips.size();
    const auto& trips = stage_.calendars[l].trips;
    std::vector<std::size_t> order(trips.size());
    std::iota(order.begin(), order.end(), 0);
    const auto ignorance = [&](std::size_t e) { return sim::split(by_set_, rows_.event(first + e)).ignorance; };
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return ignorance(a) > ignorance(b); });
    order.resize(std::min(order.size(), events_shown));
    std::sort(order.begin(), order.end());
    for (const std::size_t e : order) {
      const auto& label = scenario_.event_labels[trips[e].stages.front()];
      line(scenarios::to_text(label.date) + " " + label.name, rows_.event(first + e), 2);
    }
  }

  const scenarios::Scenario& scenario_;
  const agents::Stage& stage_;
  const std::vector<sim::Outcomes>& by_set_;
  sim::OutcomeRows rows_;
  std::string out_;
};

/// The rows of a CSV table, or n draws of a fit that stand for all alike.
scenarios::ParameterSets sets_in(const std::filesystem::path& file, std::size_t n) {
  if (file.extension() != ".h5") {
    const scenarios::Table table(file, {}, file.string());
    scenarios::ParameterSets sets = scenarios::read_parameter_sets(table);
    must_sum_to_one(table);
    return sets;
  }
  const sim::Posterior posterior = sim::read_posterior(file);
  scenarios::ParameterSets sets;
  sets.names = posterior.names;
  for (const std::size_t draw : posterior.alike(std::min(posterior.size(), n))) {
    sets.sets.emplace_back();
    for (std::size_t a = 0; a < posterior.names.size(); ++a) sets.sets.back().push_back(posterior.at(draw, a));
  }
  return sets;
}

/// Which of the sets asked for are not lived, and with how many replicates they would be.
std::string left_out(const std::string& file, const scenarios::ParameterSets& sets, std::size_t asked,
                     std::int64_t replicates, std::string_view counted_by) {
  const std::size_t lived = sets.sets.size(), out = sets.of - lived;
  std::string which;
  for (std::size_t i = 0, next = 0; i < sets.of && out <= 12; ++i)
    if (next < lived && scenarios::place_of(next, lived, sets.of) == i)
      ++next;
    else
      which += (which.empty() ? "" : ", ") + std::to_string(i + 1);
  const auto step = static_cast<std::int64_t>(asked) * sim::ensemble_step;
  const std::int64_t enough = (replicates + step - 1) / step * step;
  return "note: " + file + ": " + std::to_string(lived) + " of its " + std::to_string(sets.of) +
         " parameter sets are used, spread evenly" + (out <= 12 ? "; without number " + which : "") + ". '" +
         (asked > static_cast<std::size_t>(most_sets) ? "--sets " + std::to_string(asked) + " " : "") + "--" +
         std::string(counted_by) + " " + std::to_string(enough) + "' uses " +
         (asked == sets.of ? "all" : std::to_string(asked)) + "\n";
}

}  // namespace

std::optional<scenarios::ParameterSets> posterior_wanted(const Arguments& arguments, std::int64_t replicates,
                                                         std::string_view counted_by) {
  const auto most = arguments.whole("sets", 1, 100000);
  const auto file = arguments.text("posterior");
  if (!file) {
    if (most) throw UsageError("option '--sets' goes with '--posterior FILE'");
    return {};
  }
  const auto all = sets_in(*file, static_cast<std::size_t>(std::max(most.value_or(most_sets), most_sets)));
  const std::int64_t wanted = std::min(most.value_or(most_sets), static_cast<std::int64_t>(all.sets.size()));
  const sim::Ensemble spread = sim::spread(replicates, static_cast<std::size_t>(wanted));
  scenarios::ParameterSets sets = scenarios::thinned(all, spread.sets);
  sets.block = spread.block;
  sets.of = all.sets.size();
  const std::size_t asked = most ? static_cast<std::size_t>(wanted) : sets.of;
  if (sets.sets.size() < asked) std::cerr << left_out(*file, sets, asked, replicates, counted_by);
  return sets;
}

std::optional<scenarios::ParameterSets> sets_of(const Revived& revived) {
  const auto& tables = revived.run.text.world_tables;
  const auto table = tables.find(scenarios::parameter_sets_table);
  if (table == tables.end()) return {};
  return scenarios::read_parameter_sets(scenarios::Table(table->first, table->second, {"block"}));
}

sim::Ensemble ensemble(const agents::World& base, const scenarios::ParameterSets& sets) {
  return {sets.sets.size(), sets.block, [&](std::size_t set) { return sets.world(base, set); }};
}

void live_each(const scenarios::Scenario& scenario, const agents::Stage& stage,
               const std::optional<scenarios::ParameterSets>& sets, sim::RunSettings settings,
               const std::function<void(std::span<const sim::TripRecord>)>& take) {
  std::int64_t next = 0;  // history not yet handed over
  settings.trips = settings.replicates;
  settings.on_trips = [&](const sim::TripTable& lived) {
    std::vector<sim::TripRecord> history;
    for (std::size_t row = 0; row < lived.rows(); ++next) {
      history.clear();
      for (; row < lived.rows() && lived.replicate[row] == next; ++row) history.push_back(lived[row]);
      take(history);
    }
  };
  Progress progress("histories", settings.replicates);
  settings.on_progress = [&](std::int64_t done) { progress.at(done); };
  if (sets)
    sim::run(ensemble(scenario.world, *sets), settings);
  else
    sim::run(stage, settings);
  for (; next < settings.replicates; ++next) take({});
}

std::string uncertainty(const scenarios::Scenario& scenario, const agents::Stage& stage,
                        const std::vector<sim::Outcomes>& by_set, const scenarios::ParameterSets& sets,
                        std::int64_t replicates) {
  return Uncertainty(scenario, stage, by_set).text(sets, replicates);
}

}  // namespace cli
