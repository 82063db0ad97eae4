#include "sim/inference/figures.hpp"

#include <algorithm>
#include <cmath>

#include "agents/flight.hpp"
#include "sim/run/run.hpp"

namespace sim {
namespace {

double squared_in_logs(double target, double model, double sd) {
  const double x = std::log((model + 0.01) / (target + 0.01)) / sd;
  return target > 0 ? x * x : 0;
}

}  // namespace

Figures lived(const agents::Stage& stage, const std::string& leader, std::uint64_t seed, std::int64_t histories) {
  Figures out;
  out.leader = leader;
  agents::LeaderId l;
  while (l.index + 1u < stage.leaders && stage.world.leaders[l.index].name != leader) ++l.index;
  RunSettings settings;
  settings.seed = seed;
  settings.replicates = histories;
  const Tally tally = run(stage, settings);
  const double years = stage.weeks() * 7 / 365.25;
  out.visits = tally.estimate(l, Measure::visits).mean / years;
  out.member_visits = tally.estimate(l, Measure::member_visits).mean / years;
  std::vector<std::pair<double, double>> hosts;  // km, visits
  std::vector<double> visits;
  const agents::Leader& from = stage.world.leaders[l.index];
  double all = 0;
  for (std::uint16_t h = 0; h < stage.hosts; ++h) {
    const agents::Host& to = stage.world.hosts[h];
    const double n = tally.at_host(l, {h}, Count::visited) + tally.at_host(l, {h}, Count::cut_short);
    hosts.emplace_back(agents::great_circle_km(from.lat, from.lon, to.lat, to.lon), n);
    visits.push_back(n);
    all += n;
  }
  if (all == 0) return out;
  std::sort(visits.rbegin(), visits.rend());
  for (std::size_t i = 0; i < std::min<std::size_t>(5, visits.size()); ++i) out.first_five += visits[i] / all;
  std::sort(hosts.begin(), hosts.end());
  double sum = 0;
  for (const auto& [km, n] : hosts)
    if ((sum += n) >= all / 2) {
      out.median_km = km;
      break;
    }
  return out;
}

double log_fit(const Figures& target, const Figures& model) {
  const double five = target.first_five > 0 ? (target.first_five - model.first_five) / 0.06 : 0;
  return -0.5 * (squared_in_logs(target.visits, model.visits, 0.12) +
                 squared_in_logs(target.member_visits, model.member_visits, 0.3) + five * five +
                 squared_in_logs(target.median_km, model.median_km, 0.2));
}

}  // namespace sim
