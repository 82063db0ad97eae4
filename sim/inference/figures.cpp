#include "sim/inference/figures.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "sim/inference/patterns.hpp"
#include "sim/run/run.hpp"

namespace sim {
namespace {

double squared_in_logs(double target, double model, double sd) {
  const double x = std::log((model + 0.01) / (target + 0.01)) / sd;
  return target > 0 ? x * x : 0;
}

/// Over the histories that have the figure; 0 if none has.
double mean_of(std::string_view regularity, std::span<const Travels> histories, std::span<const double> km) {
  const auto named = [=](const Regularity& r) { return r.name == regularity; };
  const auto of = std::ranges::find_if(regularities(), named)->of;
  double sum = 0, n = 0;
  for (const Travels& t : histories)
    if (const double x = of(t, km); !std::isnan(x)) {
      sum += x;
      ++n;
    }
  return n > 0 ? sum / n : 0;
}

}  // namespace

Figures lived(const agents::Stage& stage, const std::string& leader, std::uint64_t seed, std::int64_t histories) {
  agents::LeaderId l;
  while (l.index + 1u < stage.leaders && stage.world.leaders[l.index].name != leader) ++l.index;
  std::vector<Travels> travels(static_cast<std::size_t>(histories), {stage.weeks(), {}, {}});
  RunSettings settings;
  settings.seed = seed;
  settings.replicates = settings.trips = histories;
  settings.weeks = false;
  settings.on_trips = [&](const TripTable& trips) {
    trips.each([&](const TripRecord& trip) {
      const agents::Decision& d = trip.decision;
      if (d.leader.index == l.index && agents::is_visit(d.outcome))
        travels[static_cast<std::size_t>(trip.replicate)].visits.push_back(journey(d));
    });
  };
  run(stage, settings);
  for (Travels& t : travels) t.sort_visits();
  const std::vector<double> km = km_from_home(stage.world.leaders[l.index], stage.world.hosts);
  const auto mean = [&](std::string_view name) { return mean_of(name, travels, km); };
  return {leader, mean("visits"), mean("visits to members"), mean("first five hosts"), mean("median distance")};
}

double log_fit(const Figures& target, const Figures& model) {
  const double five = target.first_five > 0 ? (target.first_five - model.first_five) / 0.06 : 0;
  return -0.5 * (squared_in_logs(target.visits, model.visits, 0.12) +
                 squared_in_logs(target.member_visits, model.member_visits, 0.3) + five * five +
                 squared_in_logs(target.median_km, model.median_km, 0.2));
}

}  // namespace sim
