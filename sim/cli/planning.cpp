#include "sim/cli/planning.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <set>
#include <thread>

#include "agents/calendar.hpp"
#include "scenarios/tables.hpp"
#include "sim/experiments/merge.hpp"

namespace cli {
namespace {

using scenarios::Scenario;

[[noreturn]] void fail(const std::string& where, const std::string& text, const std::string& help = {}) {
  scenarios::Problem problem;
  problem.where = where;
  problem.text = text;
  problem.help = help;
  throw scenarios::ScenarioError({problem});
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
    for (const agents::ScheduledTrip& trip : agents::make_calendar(w, {static_cast<std::uint16_t>(l)}).trips) {
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

}  // namespace

sim::Plan make_plan(scenarios::SweepDesign& design, int threads) {
  for (const scenarios::Factor& f : design.factors())
    if (sim::is_taken(f.name))
      fail(design.name(), "the results have a variable '" + f.name + "' already",
           "give the factor a 'name' of its own");
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
  plan.goal.replicates = first.run.replicates;
  for (const std::size_t n : design.shape()) plan.shape.push_back(static_cast<std::int32_t>(n));
  plan.world = scenarios::export_tables(first);

  const std::size_t cells = design.cells();
  for (const scenarios::Factor& f : design.factors())
    plan.factors.push_back({f.name, f.key, f.unit, f.is_number, {}, {}});
  for (std::size_t cell = 0; cell < cells; ++cell) {
    const std::vector<scenarios::Level> levels = design.levels_of(cell);
    for (std::size_t i = 0; i < levels.size(); ++i) {
      if (plan.factors[i].is_number)
        plan.factors[i].numbers.push_back(std::get<double>(levels[i]));
      else
        plan.factors[i].texts.push_back(std::get<std::string>(levels[i]));
    }
  }

  std::vector<CellPart> parts(cells);
  std::vector<std::exception_ptr> failed(cells);
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t cell = next++; cell < cells; cell = next++) try {
        const Scenario s = design.scenario(cell);
        same_frame(design.name(), cell, first, s);
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
