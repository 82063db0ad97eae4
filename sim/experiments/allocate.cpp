#include "sim/experiments/allocate.hpp"

#include <algorithm>
#include <numeric>
#include <span>

#include "agents/arithmetic.hpp"
#include "sim/run/in_order.hpp"
#include "sim/run/run.hpp"

namespace sim {
namespace {

Effect effect(double mean, double standard_error, double z) {
  return {mean, standard_error, mean - z * standard_error, mean + z * standard_error};
}

}  // namespace

agents::World with_effort(agents::World world, agents::HostId host, const Effort& effort) {
  world.ngos.push_back({"allocated_effort", effort.units, effort.litigation, effort.winnability});
  const auto n = static_cast<Eigen::Index>(world.ngos.size()), hosts = static_cast<Eigen::Index>(world.hosts.size());
  world.reach.conservativeResize(n, hosts);
  world.reach.row(n - 1).setZero();
  world.reach(n - 1, host.index) = 1;
  return world;
}

std::vector<Place> places(const agents::Stage& stage, std::size_t most, const CompareSettings& s) {
  using Goes = std::vector<std::int64_t>;
  const BatchStage batch(stage);
  const Kernel& kernel = s.kernel ? *s.kernel : best_kernel();
  const auto make_worker = [&] {
    return [&, life = std::make_shared<BatchLife>(batch, kernel),
            history = agents::History()](std::int64_t chunk) mutable {
      Goes goes(stage.hosts * stage.leaders);
      const std::int64_t end = std::min((chunk + 1) * chunk_size, s.replicates);
      for (std::int64_t first = chunk * chunk_size; first < end; first += block_replicates) {
        const int count = static_cast<int>(std::min<std::int64_t>(block_replicates, end - first));
        life->live(s.seed, static_cast<std::uint32_t>(first), count);
        for (int r = 0; r < count; ++r) {
          life->tell(r, history);
          for (const agents::Decision& d : history.decisions) {
            if (d.answer != agents::Answer::go) continue;
            const auto duty = [&](agents::Week t) {
              return stage.period(std::min(t, stage.weeks() - 1)).leaders[d.leader.index].hosts[d.host.index].duty > 0;
            };
            if (duty(d.week) || duty(d.week_out)) ++goes[d.host.index * stage.leaders + d.leader.index];
          }
        }
      }
      return goes;
    };
  };
  Goes total(stage.hosts * stage.leaders);
  const std::int64_t chunks = (s.replicates + chunk_size - 1) / chunk_size;
  in_order(chunks, s.threads, s.stop, make_worker, [&](const Goes& goes) {
    for (std::size_t i = 0; i < goes.size(); ++i) total[i] += goes[i];
  });
  std::vector<Place> all;
  for (std::size_t h = 0; h < stage.hosts; ++h) {
    const std::span<const std::int64_t> each(&total[h * stage.leaders], stage.leaders);
    const std::int64_t together = std::accumulate(each.begin(), each.end(), std::int64_t{0});
    if (together == 0) continue;
    const auto a_history = [&](std::int64_t n) { return static_cast<double>(n) / static_cast<double>(s.replicates); };
    all.push_back({agents::host_id(h), a_history(together), {}});
    for (const std::int64_t n : each) all.back().by_leader.push_back(a_history(n));
  }
  std::stable_sort(all.begin(), all.end(), [](const Place& a, const Place& b) { return a.goes > b.goes; });
  all.resize(std::min(all.size(), most));
  return all;
}

double simultaneous_z(std::size_t m) {
  return -static_cast<double>(agents::normal_quantile(0.025f / static_cast<float>(std::max<std::size_t>(m, 1))));
}

Allocation allocate(const agents::World& world, const std::vector<Place>& places, const Effort& effort,
                    const CompareSettings& settings) {
  std::vector<agents::Stage> stages;
  stages.reserve(places.size() + 1);
  stages.emplace_back(world);
  for (const Place& place : places) stages.emplace_back(with_effort(world, place.host, effort));
  std::vector<const agents::Stage*> worlds;
  for (const agents::Stage& stage : stages) worlds.push_back(&stage);
  const Comparison c = compare(worlds, settings);

  Allocation a;
  a.replicates = c.replicates;
  a.leaders = c.leaders;
  a.events = c.events;
  const double z_visits = simultaneous_z(places.size() * c.leaders.size()), z_norm = simultaneous_z(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    Allocation::At at{places[i], {}, {}, {}, {}, {}};
    for (std::size_t l = 0; l < c.leaders.size(); ++l) {
      const Comparison::Difference d = c.difference(i, l, static_cast<std::size_t>(Measure::member_visits));
      at.prevented.push_back(effect(0 - d.mean, d.standard_error, z_visits));
      at.reduction.push_back(d.reduction());
      at.there.push_back(0 - c.host_difference(i, l, places[i].host.index).mean);
      at.events.emplace_back();
      for (std::size_t e = 0; e < c.events.size() + 2; ++e)
        at.events.back().push_back(0 - c.event_difference(i, l, e).mean);
    }
    const Comparison::Difference nu = c.difference(i, 0, mean_nu_outcome);
    at.norm = effect(nu.mean, nu.standard_error, z_norm);
    a.at.push_back(std::move(at));
  }
  const auto prevented = [](const Allocation::At& at) {
    double sum = 0;
    for (const Effect& e : at.prevented) sum += e.mean;
    return sum;
  };
  std::stable_sort(a.at.begin(), a.at.end(),
                   [&](const Allocation::At& x, const Allocation::At& y) { return prevented(x) > prevented(y); });
  return a;
}

}  // namespace sim
