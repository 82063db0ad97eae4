#include "sim/cli/planning.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <set>
#include <thread>

#include "agents/calendar.hpp"
#include "scenarios/tables.hpp"
#include "sim/experiments/merge.hpp"
#include "sim/experiments/sampling.hpp"

namespace cli {
namespace {

using scenarios::Scenario;

[[noreturn]] void fail(scenarios::Problem problem, const std::string& text, const std::string& help = {}) {
  problem.text = text;
  problem.help = help;
  throw scenarios::ScenarioError({problem});
}

[[noreturn]] void fail(const std::string& where, const std::string& text, const std::string& help = {}) {
  scenarios::Problem problem;
  problem.where = where;
  fail(problem, text, help);
}

/// What a cell adds to the plan.
struct CellPart {
  sim::PlanLabels labels;
  std::string changes, fingerprint;
};

sim::PlanLabels labels_of(const Scenario& s) {
  sim::PlanLabels labels;
  const agents::World& w = s.world;
  for (std::size_t l = 0; l < w.leaders.size(); ++l)
    labels.leaders.push_back({w.leaders[l].name, s.leader_labels[l].name, w.leaders[l].home});
  for (std::size_t h = 0; h < w.hosts.size(); ++h)
    labels.hosts.push_back({w.hosts[h].name, s.host_names[h], w.hosts[h].region, w.hosts[h].lat, w.hosts[h].lon});
  for (const agents::Ngo& n : w.ngos) labels.ngos.push_back(n.name);
  for (std::size_t l = 0; l < w.leaders.size(); ++l)
    for (const agents::ScheduledTrip& trip : agents::make_calendar(w, agents::leader_id(l)).trips) {
      const std::size_t first = trip.stages.front();
      const scenarios::EventLabel& label = s.event_labels[first];
      labels.events.push_back({w.leaders[l].name, w.events[first].name, w.hosts[trip.host.index].name, label.name,
                               label.kind, scenarios::to_text(label.date), trip.start});
    }
  return labels;
}

template <class Rows, class Id>
void unite(Rows& all, const Rows& more, Id id) {
  for (const auto& row : more)
    if (std::none_of(all.begin(), all.end(), [&](const auto& known) { return id(known) == id(row); }))
      all.push_back(row);
}

void same_frame(const std::string& where, std::size_t cell, const Scenario& first, const Scenario& here) {
  const auto refuse = [&](const std::string& what) {
    fail(where, "cell " + std::to_string(cell) + " differs from cell 0 in " + what,
         "the cells of a sweep share their start, horizon, states, seed and replicates");
  };
  if (here.start != first.start) refuse("its start");
  if (here.world.weeks != first.world.weeks) refuse("its horizon");
  if (!(here.run == first.run)) refuse("its seed or replicates");
  if (!std::ranges::equal(here.world.hosts, first.world.hosts, {}, &agents::Host::name, &agents::Host::name))
    refuse("its states");
}

/// The points of a sampled design.
std::vector<std::vector<double>> draw(const scenarios::SweepDesign& design) {
  using scenarios::DesignKind;
  const std::size_t k = design.factors().size(), n = static_cast<std::size_t>(design.samples());
  const std::uint64_t seed = design.draw_seed();
  const sim::Points points = [&] {
    switch (design.kind()) {
      case DesignKind::random:
        return sim::random_points(n, k, seed);
      case DesignKind::latin_hypercube:
        return sim::latin_hypercube(n, k, seed);
      case DesignKind::sobol:
        return sim::sobol_points(n, k, seed);
      case DesignKind::one_at_a_time:
        return sim::one_at_a_time(std::vector<double>(k, 0.5), n);
      case DesignKind::morris:
        return sim::morris_trajectories(n, k, static_cast<std::size_t>(design.levels()), seed);
      case DesignKind::saltelli:
        return sim::saltelli(n, k, design.second_order(), seed);
      default:
        return sim::Points{};
    }
  }();
  std::vector<std::vector<double>> rows;
  for (std::size_t i = 0; i < points.rows(); ++i) rows.emplace_back(points.row(i).begin(), points.row(i).end());
  return rows;
}

/// What a target asks for, in the names of the results.
sim::Goal goal_of(const scenarios::SweepDesign& design, const Scenario& first) {
  sim::Goal goal;
  goal.replicates = first.run.replicates;
  if (!design.adaptive()) return goal;
  const scenarios::AdaptiveGoal& a = *design.adaptive();
  std::vector<std::string> measures, leaders;
  for (std::size_t m = 0; m < sim::measures; ++m) measures.emplace_back(info(static_cast<sim::Measure>(m)).name);
  for (const agents::Leader& l : first.world.leaders) leaders.push_back(l.name);
  if (std::find(measures.begin(), measures.end(), a.outcome) == measures.end())
    fail(a.at_outcome, "'sweep.adaptive.outcome' is no measure: '" + scenarios::printable(a.outcome) + "'",
         scenarios::suggestion(a.outcome, measures, "for example member_visits; sim/output/SCHEMA.md lists them"));
  goal.outcome = a.outcome;
  goal.leader = a.leader.empty() ? leaders.front() : a.leader;
  if (std::find(leaders.begin(), leaders.end(), goal.leader) == leaders.end())
    fail(a.at_leader, "'sweep.adaptive.leader' is no leader of the scenario: " + scenarios::in_quotes(goal.leader),
         scenarios::suggestion(goal.leader, leaders, "the first one is " + scenarios::in_quotes(leaders.front())));
  goal.standard_error = a.standard_error;
  goal.replicates = a.most > 0 ? a.most : std::min<std::int64_t>(10 * goal.replicates, 4'000'000'000);
  return goal;
}

}  // namespace

sim::Plan make_plan(scenarios::SweepDesign& design, int threads) {
  for (const scenarios::Factor& f : design.factors())
    if (sim::is_taken(f.name))
      fail(f.at, "the results have a variable '" + f.name + "' already", "give the factor a 'name' of its own");
  if (is_sampled(design.kind())) design.set_points(draw(design));
  design.check_cells();

  const Scenario first = design.scenario(0);
  sim::Plan plan;
  plan.title = design.title();
  plan.name = design.name();
  plan.start_date = scenarios::to_text(first.start);
  plan.design = std::string(name(design.kind()));
  plan.common_luck = design.luck_is_common();
  plan.seed = first.run.seed;
  plan.weeks = first.world.weeks;
  plan.goal = goal_of(design, first);
  for (const std::size_t n : design.shape()) plan.shape.push_back(static_cast<std::int32_t>(n));
  plan.world = scenarios::export_tables(first);

  const std::size_t cells = design.cells();
  for (const scenarios::Factor& f : design.factors())
    plan.factors.push_back({f.name, f.key, f.unit, f.is_number, {}, {}, std::string(name(f.op)), {}});
  for (std::size_t cell = 0; cell < cells; ++cell) {
    const std::vector<scenarios::Level> levels = design.levels_of(cell);
    for (std::size_t i = 0; i < levels.size(); ++i) {
      if (plan.factors[i].is_number)
        plan.factors[i].numbers.push_back(std::get<double>(levels[i]));
      else
        plan.factors[i].texts.push_back(std::get<std::string>(levels[i]));
    }
    if (design.kind() != scenarios::DesignKind::morris) continue;
    const std::vector<double> places = design.places_of(cell);
    for (std::size_t i = 0; i < places.size(); ++i) plan.factors[i].places.push_back(places[i]);
  }

  std::vector<CellPart> parts(cells);
  std::vector<std::exception_ptr> failed(cells);
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t cell = next++; cell < cells; cell = next++) try {
        const Scenario s = design.scenario(cell);
        same_frame(design.name(), cell, first, s);
        if (plan.goal.is_adaptive() && !std::ranges::count(s.world.leaders, plan.goal.leader, &agents::Leader::name))
          fail(design.name(), "cell " + std::to_string(cell) + " has no leader '" + plan.goal.leader +
                                  "', whose outcome 'sweep.adaptive' is about");
        const sim::Tables world = scenarios::export_tables(s);
        parts[cell] = {labels_of(s), sim::changes_between(plan.world, world),
                       sim::cell_fingerprint(world, plan.seed_of(cell))};
      } catch (...) {
        failed[cell] = std::current_exception();
        next = cells;
      }
  };
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back(work);
    work();
  }
  for (const std::exception_ptr& why : failed)
    if (why) std::rethrow_exception(why);

  plan.labels.hosts = parts.front().labels.hosts;
  for (CellPart& part : parts) {
    unite(plan.labels.leaders, part.labels.leaders, [](const auto& l) { return l.id; });
    unite(plan.labels.ngos, part.labels.ngos, [](const auto& n) { return n; });
    unite(plan.labels.events, part.labels.events, [](const auto& e) { return e.leader + " " + e.id; });
    plan.changes.push_back(std::move(part.changes));
    plan.fingerprints.push_back(std::move(part.fingerprint));
  }
  return plan;
}

}  // namespace cli
