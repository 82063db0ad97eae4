#include "bench/naive/setting.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

namespace naive {

using agents::Flight;
using agents::Shock;
using agents::ShockTarget;

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

double changed(const Shock& shock, double old, double low, double high) {
  const double x = shock.op == agents::ShockOp::set   ? shock.value
                   : shock.op == agents::ShockOp::add ? old + shock.value
                                                      : old * shock.value;
  return std::clamp(x, low, high);
}

Choice::Choice(const std::vector<double>& weights)
    : empty_(std::none_of(weights.begin(), weights.end(), [](double w) { return w > 0; })) {
  if (!empty_) choose_ = std::discrete_distribution<int>(weights.begin(), weights.end());
}

namespace {

double kilometres(double lat_a, double lon_a, double lat_b, double lon_b) {
  const double radian = std::acos(-1.0) / 180;
  const double north = std::sin((lat_b - lat_a) * radian / 2), east = std::sin((lon_b - lon_a) * radian / 2);
  const double h = north * north + std::cos(lat_a * radian) * std::cos(lat_b * radian) * east * east;
  return 2 * 6371.0088 * std::asin(std::min(1.0, std::sqrt(h)));
}

double stance(const agents::World& world, std::size_t leader, std::size_t host, Week t) {
  for (const auto kind : {agents::StanceKind::own, agents::StanceKind::organisation}) {
    double sum = 0;
    int statements = 0;
    for (const agents::Stance& s : world.stances)
      if (s.leader.index == leader && s.host.index == host && s.kind == kind && s.when.holds(t))
        sum += s.value, ++statements;
    if (statements > 0) return sum / statements;
  }
  return 0;
}

void apply(const Shock& s, agents::World& now) {
  const auto set = [&](double& x, double low, double high) { x = changed(s, x, low, high); };
  const auto host = [&]() -> agents::Host& { return now.hosts[static_cast<std::size_t>(s.host)]; };
  const auto leader = [&]() -> agents::Leader& { return now.leaders[static_cast<std::size_t>(s.leader)]; };
  switch (s.target) {
    case ShockTarget::J:
      return set(host().J, 0, 1);
    case ShockTarget::Q:
      return set(host().Q, 0, 1);
    case ShockTarget::C:
      return set(host().C, 0, 1);
    case ShockTarget::W:
      return set(host().W, 0, 1);
    case ShockTarget::S:
      return set(leader().S, 0, 1);
    case ShockTarget::Pi:
      return set(leader().Pi, -1, 1);
    case ShockTarget::lam:
      return set(leader().lam, 0, 1);
    case ShockTarget::feature: {
      const bool hostility = now.features[static_cast<std::size_t>(s.feature)] == "hostility";
      return set(now.dyads[static_cast<std::size_t>(s.leader)](s.host, s.feature), hostility ? -1 : 0,
                 hostility ? 0 : 1);
    }
    default:
      return;  // stocks: the replicate's own business
  }
}

/// The cheaper of the routes open in week t, the direct one on ties.
Route best_route(const agents::World& now, const LeaderView& view, std::size_t l, std::size_t h, Week t) {
  const agents::Parameters& p = now.parameters;
  Route best;
  double least = 0, direct_hours = 0;
  for (const auto kind : {agents::RouteKind::direct, agents::RouteKind::avoid})
    for (const Flight& f : now.flights) {
      if (f.leader.index != l || f.host.index != h || f.route != kind || !f.when.holds(t)) continue;
      Route route{.exists = true, .hours = f.hours, .over = {}};
      for (const Flight::Over& o : f.over) {
        const Dyad& below = view.dyads[o.host.index];
        if (!below.duty) continue;
        route.over.push_back(o);
        route.hours_over_duty += o.hours;
        route.exposure += o.hours * logistic(below.index + p.th_nu * p.nu_bar - p.kap_arrest);
      }
      if (kind == agents::RouteKind::direct) direct_hours = f.hours;
      const double cost = p.b_h * route.hours + now.leaders[l].Lambda * p.em * route.exposure;
      if (best.exists && cost >= least) continue;
      if (kind == agents::RouteKind::avoid && direct_hours > 0) route.detour_hours = f.hours - direct_hours;
      best = route, least = cost;
    }
  return best;
}

}  // namespace

Setting::Setting(const agents::World& w) : world(w) {
  std::map<std::string, std::size_t> rows;
  for (const agents::Host& h : world.hosts) region_of.push_back(rows.emplace(h.region, rows.size()).first->second);
  regions = rows.size();
  for (std::size_t l = 0; l < world.leaders.size(); ++l) {
    calendars.push_back(agents::make_calendar(world, agents::leader_id(l)));
    openings.emplace_back(static_cast<std::size_t>(world.weeks));
    for (std::size_t row = 0; row < calendars[l].trips.size(); ++row)
      if (const Week opened = calendars[l].trips[row].opened; opened < world.weeks)
        openings[l][static_cast<std::size_t>(opened)].push_back(static_cast<int>(row));
  }
  tabulate();
}

/// Lives the dated changes through once.
void Setting::tabulate() {
  std::set<Week> dates = {0};
  const auto add = [&](const agents::Span& s) { dates.insert({s.from, s.to}); };
  for (const agents::Host& h : world.hosts) {
    add(h.exists);
    for (const agents::Span& s : h.membership) add(s);
  }
  for (const agents::Leader& l : world.leaders) dates.insert(l.issue);
  for (const agents::Stance& s : world.stances) add(s.when);
  for (const Flight& f : world.flights) add(f.when);
  for (const Shock& s : world.shocks) dates.insert(s.week);
  agents::World now = world;
  for (Week t = 0; t < world.weeks; ++t) {
    for (const Shock& s : world.shocks)
      if (s.week == t) apply(s, now);
    if (dates.contains(t)) periods.push_back(tabulate_period(now, t));
    period_of.push_back(periods.size() - 1);
  }
}

Period Setting::tabulate_period(const agents::World& now, Week t) const {
  const agents::Parameters& p = now.parameters;
  Eigen::VectorXd w(static_cast<Eigen::Index>(now.features.size()));
  for (Eigen::Index k = 0; k < w.size(); ++k)
    w(k) = p.*agents::find_parameter("w_" + now.features[static_cast<std::size_t>(k)])->member;
  Period period;
  for (const agents::Host& h : now.hosts) {
    period.civil_society.push_back(h.C);
    period.suit_rate.push_back(p.rho_suit * h.J * (1 + h.Q) / 2);
  }
  for (std::size_t l = 0; l < now.leaders.size(); ++l) {
    const agents::Leader& leader = now.leaders[l];
    const Eigen::VectorXd a0 = now.dyads[l] * w;
    LeaderView view;
    view.lam = leader.lam;
    for (std::size_t i = 0; i < now.hosts.size(); ++i) {
      const agents::Host& h = now.hosts[i];
      Dyad d;
      d.duty = t >= leader.issue &&
               std::any_of(h.membership.begin(), h.membership.end(), [t](const agents::Span& s) { return s.holds(t); });
      d.alliance = a0(static_cast<Eigen::Index>(i)) * (1 + p.iota * leader.S * (1 - h.W));
      d.index = p.th_W * h.W * leader.Pi - p.th_a * d.alliance - p.th_R * leader.R;
      if (d.duty) d.index += p.th_m + p.th_J * h.J + p.th_Q * h.Q + p.th_B * stance(now, l, i, t);
      view.dyads.push_back(d);
    }
    const bool flies_direct =
        std::none_of(now.flights.begin(), now.flights.end(), [l](const Flight& f) { return f.leader.index == l; });
    for (std::size_t i = 0; i < now.hosts.size(); ++i) {
      const agents::Host& h = now.hosts[i];
      const double km = kilometres(leader.lat, leader.lon, h.lat, h.lon);
      Route& route = view.dyads[i].route;
      route = flies_direct ? Route{.exists = true, .hours = km / 850, .over = {}} : best_route(now, view, l, i, t);
      const bool possible = h.name != leader.home && h.exists.holds(t) && route.exists;
      const double pull =
          p.b_a * a0(static_cast<Eigen::Index>(i)) + p.b_m * h.mass - p.b_dist * std::log(1 + km / leader.D);
      view.pull.push_back(possible ? std::exp(pull) : 0);
    }
    view.idea = Choice(view.pull);
    period.leaders.push_back(std::move(view));
  }
  return period;
}

int Setting::second_stop(LeaderView& view, int first, std::mt19937_64& rng) {
  const auto [place, is_new] = view.followed.try_emplace(first);
  if (is_new) {
    std::vector<double> weights = view.pull;
    const agents::Host& here = world.hosts[static_cast<std::size_t>(first)];
    for (std::size_t i = 0; i < weights.size(); ++i)
      weights[i] *= std::exp(-kilometres(here.lat, here.lon, world.hosts[i].lat, world.hosts[i].lon) / 1000);
    weights[static_cast<std::size_t>(first)] = 0;
    place->second = Choice(weights);
  }
  return place->second(rng);
}

}  // namespace naive
