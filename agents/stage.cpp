#include "agents/stage.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <tuple>

#include "agents/flight.hpp"
#include "agents/host.hpp"
#include "agents/luck.hpp"
#include "agents/standing.hpp"

namespace agents {
namespace {

/// The values that shocks change, in the period being built.
struct Now {
  std::vector<double> S, Pi, lam;
  std::vector<double> J, Q, C, W;
  std::vector<Eigen::MatrixXd> X;
};

Now at_start(const World& world) {
  Now now;
  for (const Leader& l : world.leaders) {
    now.S.push_back(l.S);
    now.Pi.push_back(l.Pi);
    now.lam.push_back(l.lam);
  }
  for (const Host& h : world.hosts) {
    now.J.push_back(h.J);
    now.Q.push_back(h.Q);
    now.C.push_back(h.C);
    now.W.push_back(h.W);
  }
  now.X = world.dyads;
  return now;
}

bool changes_a_stock(const Shock& s) {
  return s.target == ShockTarget::nu || s.target == ShockTarget::B || s.target == ShockTarget::delta ||
         s.target == ShockTarget::government;
}

void apply(const World& world, const Shock& s, Now& now) {
  const auto l = static_cast<std::size_t>(s.leader), h = static_cast<std::size_t>(s.host);
  const auto set = [&](double& x, double low, double high) { x = std::clamp(changed(x, s), low, high); };
  switch (s.target) {
    case ShockTarget::S:
      return set(now.S[l], 0, 1);
    case ShockTarget::Pi:
      return set(now.Pi[l], -1, 1);
    case ShockTarget::lam:
      return set(now.lam[l], 0, 1);
    case ShockTarget::J:
      return set(now.J[h], 0, 1);
    case ShockTarget::Q:
      return set(now.Q[h], 0, 1);
    case ShockTarget::C:
      return set(now.C[h], 0, 1);
    case ShockTarget::W:
      return set(now.W[h], 0, 1);
    case ShockTarget::feature: {
      const bool hostile = world.features[static_cast<std::size_t>(s.feature)] == "hostility";
      return set(now.X[l](s.host, s.feature), hostile ? -1 : 0, hostile ? 0 : 1);
    }
    default:
      return;
  }
}

std::set<Week> dated_weeks(const World& world) {
  std::set<Week> starts{0};
  const auto note = [&](Span s) {
    for (Week t : {s.from, s.to})
      if (t > 0 && t < world.weeks) starts.insert(t);
  };
  for (const Host& h : world.hosts) {
    note(h.exists);
    for (const Span& s : h.membership) note(s);
  }
  for (const Leader& l : world.leaders) note({l.issue, no_end});
  for (const Stance& s : world.stances) note(s.when);
  for (const Flight& f : world.flights) note(f.when);
  for (const Shock& s : world.shocks)
    if (!changes_a_stock(s)) note({s.week, no_end});
  return starts;
}

Eigen::VectorXd feature_weights(const World& world) {
  Eigen::VectorXd w(static_cast<Eigen::Index>(world.features.size()));
  for (std::size_t f = 0; f < world.features.size(); ++f) {
    const Parameter* row = find_parameter("w_" + world.features[f]);
    if (!row)
      throw std::invalid_argument("no weight w_" + world.features[f] + " for feature '" + world.features[f] + "'");
    w(static_cast<Eigen::Index>(f)) = world.parameters.*row->member;
  }
  return w;
}

/// The public's estimate of arrest with stocks at rest: what a route is judged by.
double public_p_arrest(const HostTerms& terms, const Parameters& p) {
  return terms.duty * math::logistic(terms.fixed + terms.duty * p.th_nu * p.nu_bar - p.kap_arrest);
}

constexpr double most_loss = 1e30;  // an infinite loss times no risk would be no number

/// Which route a leader takes, while the hosts' terms are what they are.
class Routing {
 public:
  Routing(const World& world, LeaderId l, const std::vector<HostTerms>& hosts)
      : p_(world.parameters), Lambda_(std::min(world.leaders[l.index].Lambda, most_loss)) {
    for (std::size_t h = 0; h < hosts.size(); ++h) {
      const bool counts = hosts[h].duty > 0 && world.hosts[h].name != world.leaders[l.index].home;
      risk_.push_back(counts ? public_p_arrest(hosts[h], p_) : harmless);
    }
  }

  /// The cheaper of the routes to a host that are open in week t; the direct one in a tie.
  Route choose(Week t, const std::vector<const Flight*>& lines) const {
    std::optional<Weighed> direct, avoid;
    for (const Flight* f : lines) {
      if (!f->when.holds(t)) continue;
      (f->route == RouteKind::direct ? direct : avoid) = weigh(*f);
    }
    if (!direct && !avoid) return {};
    if (!avoid || (direct && avoid->cost >= direct->cost)) return direct->route;
    if (!direct) return avoid->route;
    avoid->route.detour_hours = avoid->route.hours - direct->route.hours;
    return avoid->route;
  }

 private:
  static constexpr double harmless = -1;

  struct Weighed {
    Route route;
    double cost = 0;
  };

  Weighed weigh(const Flight& f) const {
    Weighed w;
    double exposure = 0, over_duty = 0;
    for (const Flight::Over& o : f.over) {
      const double risk = risk_[o.host.index];
      if (risk == harmless || o.host == f.host) continue;
      exposure += o.hours * risk;
      over_duty += o.hours;
      w.route.with_duty.push_back({o.host, o.hours});
    }
    w.route.exists = true;
    w.route.kind = f.route;
    w.route.hours = static_cast<float>(f.hours);
    w.route.exposure = static_cast<float>(exposure);
    w.route.p_divert = static_cast<float>(1 - math::exp(-p_.em * over_duty));
    w.cost = p_.b_h * f.hours + Lambda_ * p_.em * exposure;
    return w;
  }

  const Parameters& p_;
  double Lambda_;
  std::vector<double> risk_;  ///< by host: the public's estimate of an arrest, or harmless: home, or without a duty
};

Route great_circle(const World& world, LeaderId l, HostId h) {
  const Leader& from = world.leaders[l.index];
  const Host& to = world.hosts[h.index];
  Route r;
  r.exists = true;
  r.hours = static_cast<float>(great_circle_km(from.lat, from.lon, to.lat, to.lon) / cruising_kmh);
  return r;
}

/// What depends on where the hosts lie and on how they attract, but on no other parameter: the worlds of a sweep, or of
/// a ridge, share it.
class Geography {
 public:
  /// The one of these hosts. The last is kept.
  static std::shared_ptr<Geography> of(const std::vector<Host>& hosts) {
    static std::mutex mutex;
    static std::shared_ptr<Geography> last;
    std::vector<std::pair<double, double>> places;
    for (const Host& h : hosts) places.emplace_back(h.lat, h.lon);
    const std::scoped_lock lock(mutex);
    if (!last || last->places_ != places) last = std::make_shared<Geography>(std::move(places));
    return last;
  }

  explicit Geography(std::vector<std::pair<double, double>> places)
      : places_(std::move(places)), nearness_(places_.size(), std::vector<double>(places_.size())) {
    for (std::size_t i = 0; i < places_.size(); ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        const auto [lat, lon] = places_[i];
        const auto [to_lat, to_lon] = places_[j];
        nearness_[i][j] = nearness_[j][i] = math::exp(-great_circle_km(lat, lon, to_lat, to_lon) / 1000);
      }
  }

  /// From how hosts attract. Called from several threads.
  std::shared_ptr<const Pull> pull(const std::vector<double>& g) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(pulls_, [](const auto& known) { return known.second.expired(); });
    std::weak_ptr<const Pull>& known = pulls_[g];
    if (auto there = known.lock()) return there;
    auto made = std::make_shared<Pull>();
    made->tables.reserve(1 + g.size(), g.size());
    made->tables.add(g);
    std::vector<double> weights(g.size());
    for (std::size_t first = 0; first < g.size(); ++first) {
      for (std::size_t h = 0; h < g.size(); ++h) weights[h] = h != first && g[h] > 0 ? g[h] * nearness_[first][h] : 0;
      made->tables.add(weights);
    }
    known = made;
    return made;
  }

 private:
  std::vector<std::pair<double, double>> places_;
  std::vector<std::vector<double>> nearness_;  ///< exp(-km / 1000)
  std::mutex mutex_;
  std::map<std::vector<double>, std::weak_ptr<const Pull>> pulls_;
};

/// Works out the periods; what does not change from one to the next is shared.
class Builder {
 public:
  explicit Builder(const World& world)
      : world_(world), w_(feature_weights(world)), geography_(Geography::of(world.hosts)), now_(at_start(world)) {
    lines_.resize(world.leaders.size(), std::vector<std::vector<const Flight*>>(world.hosts.size()));
    flies_.resize(world.leaders.size(), false);
    farness_.resize(world.leaders.size());
    for (const Flight& f : world.flights) {
      lines_[f.leader.index][f.host.index].push_back(&f);
      flies_[f.leader.index] = true;
    }
  }

  std::vector<Period> periods() {
    std::vector<Period> all;
    each_period([&](Span when) { all.push_back(period(when)); });
    return all;
  }

  std::vector<PublicRisk> public_risks() {
    std::vector<PublicRisk> all;
    each_period([&](Span when) {
      all.push_back({when, {}});
      for (std::size_t l = 0; l < world_.leaders.size(); ++l) {
        all.back().q_arrest.emplace_back();
        for (const HostTerms& terms : host_terms(leader_id(l), when.from, now_.X[l] * w_))
          all.back().q_arrest.back().push_back(public_p_arrest(terms, world_.parameters));
      }
    });
    return all;
  }

 private:
  template <class F>
  void each_period(F f) {
    const std::set<Week> starts = dated_weeks(world_);
    std::size_t next_shock = 0;
    for (auto it = starts.begin(); it != starts.end(); ++it) {
      for (; next_shock < world_.shocks.size() && world_.shocks[next_shock].week <= *it; ++next_shock)
        apply(world_, world_.shocks[next_shock], now_);
      f(Span{*it, std::next(it) == starts.end() ? world_.weeks : *std::next(it)});
    }
  }

  Period period(Span when) {
    Period period;
    period.when = when;
    const std::size_t H = world_.hosts.size();
    period.has_duty.assign(H, false);
    for (std::size_t l = 0; l < world_.leaders.size(); ++l) {
      period.leaders.push_back(terms(leader_id(l), when.from));
      for (std::size_t h = 0; h < H; ++h)
        if (period.leaders.back().hosts[h].duty > 0) period.has_duty[h] = true;
    }
    const auto bound = std::count(period.has_duty.begin(), period.has_duty.end(), true);
    period.per_host_with_duty = bound > 0 ? 1.0f / static_cast<float>(bound) : 0.0f;
    for (std::size_t h = 0; h < H; ++h) {
      period.civil_society.push_back(static_cast<float>(now_.C[h]));
      period.suit_rate.push_back(static_cast<float>(world_.parameters.rho_suit * now_.J[h] * (1 + now_.Q[h]) / 2));
    }
    return period;
  }

  /// All but the routes.
  std::vector<HostTerms> host_terms(LeaderId l, Week t, const Eigen::VectorXd& a0) const {
    const Parameters& p = world_.parameters;
    const Leader& leader = world_.leaders[l.index];
    std::vector<HostTerms> all(world_.hosts.size());
    const std::vector<double> b = stances(world_, l, t);
    for (std::size_t h = 0; h < world_.hosts.size(); ++h) {
      const Host& host = world_.hosts[h];
      HostTerms& terms = all[h];
      const double duty = is_member(host, t) && t >= leader.issue ? 1 : 0;
      const double S = now_.S[l.index], W = now_.W[h];
      const double alliance = sanctioned_alliance(a0(static_cast<Eigen::Index>(h)), S, W, p);
      terms.duty = static_cast<float>(duty);
      terms.alliance = static_cast<float>(alliance);
      terms.fixed = static_cast<float>(
          standing_motives<double>({duty, now_.J[h], now_.Q[h], b[h], W, now_.Pi[l.index], alliance, leader.R}, p));
    }
    return all;
  }

  LeaderTerms terms(LeaderId l, Week t) {
    const Eigen::VectorXd a0 = now_.X[l.index] * w_;
    LeaderTerms out;
    out.lam = static_cast<float>(now_.lam[l.index]);
    out.hosts = host_terms(l, t, a0);
    std::optional<Routing> routing;
    if (flies_[l.index]) routing.emplace(world_, l, out.hosts);
    for (std::size_t h = 0; h < world_.hosts.size(); ++h)
      out.hosts[h].route = routing ? routing->choose(t, lines_[l.index][h]) : great_circle(world_, l, host_id(h));
    out.pull = out.lam > 0 ? pull(l, t, a0, out.hosts) : no_ideas();
    return out;
  }

  /// Of a leader who has no ideas, as along a record: a fit sets up too many stages to work out what none reads.
  static std::shared_ptr<const Pull> no_ideas() {
    static const auto none = std::make_shared<const Pull>();
    return none;
  }

  std::shared_ptr<const Pull> pull(LeaderId l, Week t, const Eigen::VectorXd& a0, const std::vector<HostTerms>& terms) {
    const Parameters& p = world_.parameters;
    const Leader& leader = world_.leaders[l.index];
    const std::size_t H = world_.hosts.size();
    std::vector<double>& farness = farness_[l.index];
    if (farness.empty())
      for (const Host& h : world_.hosts)
        farness.push_back(math::log(1 + great_circle_km(leader.lat, leader.lon, h.lat, h.lon) / leader.D));
    std::vector<double> g(H, 0.0);
    for (std::size_t h = 0; h < H; ++h) {
      const Host& host = world_.hosts[h];
      if (host.name == leader.home || !host.exists.holds(t) || !terms[h].route.exists) continue;
      g[h] = math::exp(p.b_a * a0(static_cast<Eigen::Index>(h)) + p.b_m * host.mass - p.b_dist * farness[h]);
    }
    return geography_->pull(g);
  }

  const World& world_;
  Eigen::VectorXd w_;
  std::shared_ptr<Geography> geography_;
  Now now_;
  std::vector<std::vector<std::vector<const Flight*>>> lines_;  ///< by leader and host
  std::vector<bool> flies_;                                     ///< leaders with any line
  std::vector<std::vector<double>> farness_;                    ///< by leader and host: log(1 + km / D), once needed
};

template <class Things, class F>
std::vector<std::uint32_t> ids(const Things& things, F name) {
  std::vector<std::uint32_t> out;
  for (const auto& t : things) out.push_back(stable_id(name(t)));
  return out;
}

std::vector<std::string> sorted_regions(const World& world) {
  std::set<std::string> names;
  for (const Host& h : world.hosts) names.insert(h.region);
  return {names.begin(), names.end()};
}

World sorted_by_week(World world) {
  std::stable_sort(world.shocks.begin(), world.shocks.end(),
                   [](const Shock& a, const Shock& b) { return a.week < b.week; });
  return world;
}

std::vector<float> column(const std::vector<Ngo>& ngos, double Ngo::*member) {
  std::vector<float> out;
  for (const Ngo& n : ngos) out.push_back(static_cast<float>(n.*member));
  return out;
}

/// The largest |x| by which a week's advocacy may change the norm.
double largest_advocacy(const World& world) {
  double B0 = 0;
  for (const Ngo& ngo : world.ngos) B0 += ngo.B;
  return world.parameters.chi_adv * B0 * std::max(1.0, world.parameters.B_max - 1);
}

}  // namespace

Decay Decay::halving(double half_life, Week weeks) { return keeping(math::exp2(-1 / half_life), weeks); }

Decay Decay::keeping(double share, Week weeks) {
  constexpr double most = 0x1p60;  // by which a stock may be kept larger than it is
  share = std::max(share, 1 / most);
  Decay d;
  double left = 1;
  d.left_.push_back(1);
  d.grown_.push_back(1);
  for (Week t = 0; t <= weeks; ++t) {
    const bool fold = left * share < 1 / most;
    d.fold_.push_back(fold ? static_cast<float>(left) : 1.0f);
    left = fold ? share : left * share;
    d.left_.push_back(static_cast<float>(left));
    d.grown_.push_back(static_cast<float>(1 / left));
  }
  return d;
}

bool is_member(const Host& host, Week t) {
  return std::any_of(host.membership.begin(), host.membership.end(), [t](const Span& s) { return s.holds(t); });
}

std::vector<double> stances(const World& world, LeaderId leader, Week t) {
  struct Said {
    double sum = 0;
    int count = 0;
  };
  std::vector<std::array<Said, 2>> said(world.hosts.size());
  for (const Stance& s : world.stances) {
    if (s.leader != leader || !s.when.holds(t)) continue;
    Said& of_kind = said[s.host.index][static_cast<std::size_t>(s.kind)];
    of_kind.sum += s.value;
    ++of_kind.count;
  }
  std::vector<double> b;
  for (const auto& kinds : said) {
    const Said& first = kinds[0].count > 0 ? kinds[0] : kinds[1];
    b.push_back(first.count > 0 ? first.sum / first.count : 0);
  }
  return b;
}

Attributes attributes_at(const World& world, LeaderId leader, HostId host, Week t) {
  Now now = at_start(world);
  for (const Shock& s : world.shocks)
    if (s.week <= t) apply(world, s, now);
  const std::size_t l = leader.index, h = host.index;
  const Eigen::VectorXd x = now.X[l].row(static_cast<Eigen::Index>(h));
  const double duty = is_member(world.hosts[h], t) && t >= world.leaders[l].issue ? 1 : 0;
  return {duty,
          now.J[h],
          now.Q[h],
          now.W[h],
          now.S[l],
          now.Pi[l],
          world.leaders[l].R,
          stances(world, leader, t)[h],
          {x.data(), x.data() + x.size()}};
}

std::vector<PublicRisk> public_risks(const World& world) {
  World unflown = sorted_by_week(world);
  unflown.flights.clear();
  return Builder(unflown).public_risks();
}

std::vector<std::string> shared_addresses(const World& world) {
  std::vector<std::string> clashes;
  const auto look = [&](const char* what, const std::vector<std::pair<std::uint32_t, std::string>>& named) {
    std::map<std::uint32_t, std::string> seen;
    for (const auto& [id, name] : named) {
      const auto [at, fresh] = seen.emplace(id, name);
      if (!fresh && at->second != name)
        clashes.push_back(std::string(what) + " '" + at->second + "' and '" + name +
                          "' would share one address in the luck: rename one");
    }
  };
  std::vector<std::pair<std::uint32_t, std::string>> named;
  for (const Host& h : world.hosts) named.emplace_back(stable_id(h.name), h.name);
  for (const std::string& r : sorted_regions(world)) named.emplace_back(stable_id(r), "region " + r);
  look("places", named);
  named.clear();
  for (const Leader& l : world.leaders) named.emplace_back(stable_id(l.name), l.name);
  look("leaders", named);
  for (std::size_t l = 0; l < world.leaders.size(); ++l) {
    named.clear();
    for (const ScheduledTrip& t : make_calendar(world, leader_id(l)).trips)
      named.emplace_back(t.place, world.events[t.stages.front()].name);
    look("events", named);
  }
  return clashes;
}

Stage::Stage(World w)
    : world(sorted_by_week(std::move(w))),
      k(world.parameters),
      hosts(world.hosts.size()),
      leaders(world.leaders.size()),
      ngos(world.ngos.size()),
      regions(0),
      region_names(sorted_regions(world)),
      host_place(ids(world.hosts, [](const Host& h) { return h.name; })),
      region_place(ids(region_names, [](const std::string& r) { return r; })),
      leader_address(ids(world.leaders, [](const Leader& l) { return l.name; })),
      periods(Builder(world).periods()),
      shocks_in(static_cast<std::size_t>(world.weeks)),
      reach(world.reach.cast<float>()),
      B0(column(world.ngos, &Ngo::B)),
      per_B0(B0),
      y(column(world.ngos, &Ngo::y)),
      omega(column(world.ngos, &Ngo::omega)),
      delta(Decay::halving(world.parameters.H_delta, world.weeks)),
      p(Decay::halving(world.parameters.H_p, world.weeks)),
      F(Decay::halving(world.parameters.H_F, world.weeks)),
      K(Decay::halving(world.parameters.H_k, world.weeks)),
      nu(Decay::halving(world.parameters.H_nu, world.weeks)),
      B(Decay::halving(world.parameters.H_B, world.weeks)),
      m(Decay::halving(world.parameters.H_v, world.weeks)),
      share(Decay::halving(world.parameters.H_v / 2, world.weeks)),
      ease(Decay::keeping(1 - world.parameters.g_I, world.weeks)),
      extra_lead_weeks(world.parameters.mean_lead - 1),
      extra_days(world.parameters.mean_days - 1),
      initial_nu(static_cast<float>(world.parameters.nu0)),
      norm_overshoots(largest_advocacy(world) > 1) {
  for (float& b : per_B0) b = b > 0 ? 1.0f / b : 0.0f;
  regions = region_names.size();
  for (const Host& h : world.hosts) {
    const auto at = std::lower_bound(region_names.begin(), region_names.end(), h.region);
    region_of.push_back({static_cast<std::uint16_t>(at - region_names.begin())});
  }
  for (const Leader& l : world.leaders) Lambda.push_back(static_cast<float>(std::min(l.Lambda, most_loss)));
  opened_in.resize(leaders * static_cast<std::size_t>(world.weeks));
  for (std::size_t l = 0; l < leaders; ++l) {
    calendars.push_back(make_calendar(world, leader_id(l)));
    const std::vector<ScheduledTrip>& trips = calendars.back().trips;
    for (std::size_t e = 0; e < trips.size(); ++e)
      if (trips[e].opened < world.weeks)
        opened_in[l * static_cast<std::size_t>(world.weeks) + static_cast<std::size_t>(trips[e].opened)].push_back(
            static_cast<std::int16_t>(e));
  }
  for (std::size_t i = 0; i < periods.size(); ++i)
    for (Week t = periods[i].when.from; t < periods[i].when.to; ++t) period_of.push_back(static_cast<std::uint16_t>(i));
  for (const Shock& s : world.shocks)
    if (changes_a_stock(s) && s.week >= 0 && s.week < world.weeks)
      shocks_in[static_cast<std::size_t>(s.week)].push_back(s);
}

}  // namespace agents
