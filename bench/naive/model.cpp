#include "bench/naive/model.hpp"

#include <algorithm>
#include <cmath>

namespace naive {

using agents::Answer;
using agents::Decision;
using agents::Outcome;
using agents::Shock;
using agents::ShockTarget;

namespace {

double halve(double half_life) { return std::pow(2.0, -1 / half_life); }
double salience(double V, double participants) { return 1 - std::exp(-(0.5 * V + 0.05 * participants)); }

int poisson(std::mt19937_64& rng, double mean) { return mean > 0 ? std::poisson_distribution<int>(mean)(rng) : 0; }

std::mt19937_64 generator(std::uint64_t seed, std::uint32_t replicate) {
  std::seed_seq words = {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32), replicate};
  return std::mt19937_64(words);
}

}  // namespace

// --- Hosts -----------------------------------------------------------------------------------------

Host::Host(Simulation& s, int index) : Agent(s), index_(index) { change_government(); }

void Host::begin_week() {
  pressure *= sim_.keep.p;
  findings *= sim_.keep.F;
}

void Host::change_government() {
  const double rho = sim_.p.rho,
               common = sim_.regional_resolve[sim_.setting.region_of[static_cast<std::size_t>(index_)]];
  resolve = sim_.p.sigma_u * (std::sqrt(rho) * common + std::sqrt(1 - rho) * sim_.normal(sim_.rng));
}

double Host::compliance(const Leader& leader, double cover) const {
  const agents::Parameters& p = sim_.p;
  const Dyad& d = leader.dyad(index_);
  double c = d.index + p.th_p * pressure - p.th_c * cover;
  c -= p.th_a * leader.ties[static_cast<std::size_t>(index_)].delta;
  if (d.duty) c += p.th_nu * sim_.nu + p.th_F * findings;
  return c;
}

double Host::p_refuse(const Leader& leader, const Trip& trip, double u) const {
  return logistic(compliance(leader, trip.cover) + u + sim_.p.th_or * trip.order - sim_.p.kap_refuse);
}

double Host::p_arrest(const Leader& leader, bool order, double cover) const {
  if (!leader.dyad(index_).duty) return 0;
  return logistic(compliance(leader, cover) + resolve + sim_.p.th_o * order - sim_.p.kap_arrest);
}

bool Host::withdraws(const Leader& leader, const Trip& trip) const {
  const double refuses = (1 - trip.bound) * p_refuse(leader, trip, resolve);
  return sim_.happens(1 - std::pow(1 - refuses, 1.0 / trip.lead));
}

void Host::feel_campaigns() {
  const double C = sim_.period->civil_society[static_cast<std::size_t>(index_)];
  pressure += sim_.p.eta * C * (1 - pressure) * (1 - std::exp(-effort));
  effort = 0;
}

// --- Organisations and the court -------------------------------------------------------------------

Ngo::Ngo(Simulation& s, std::size_t row)
    : Agent(s),
      budget(s.setting.world.ngos[row].B),
      start(budget),
      litigation(s.setting.world.ngos[row].y),
      taste(s.setting.world.ngos[row].omega),
      row_(row) {
  for (std::size_t h = 0; h < s.setting.world.hosts.size(); ++h)
    reach.push_back(s.setting.world.reach(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(h)));
}

void Ngo::begin_week() { budget = start + (budget - start) * sim_.keep.B; }

void Ngo::end_week() { budget = std::clamp(budget, sim_.p.B_min * start, sim_.p.B_max * start); }

void Ngo::plan(const std::vector<std::pair<Leader*, Trip*>>& trips, const std::vector<double>& q) {
  double total = sim_.p.s_0;
  for (std::size_t j = 0; j < trips.size(); ++j) {
    const auto [leader, trip] = trips[j];
    double& score = trip->shares[row_];
    score = leader->dyad(trip->host).duty * reach[static_cast<std::size_t>(trip->host)] * trip->Z *
            (taste * 4 * q[j] * (1 - q[j]) + 1 - taste);
    total += score;
  }
  rest = 1;
  for (const auto& [leader, trip] : trips) rest -= trip->shares[row_] /= total;
}

void Court::review(Host& host) {
  if (!sim_.happens(sim_.p.zeta)) return;
  host.findings += 1;
  sim_.move_norm(sim_.p.chi_find);
}

// --- Leaders: stocks and beliefs -------------------------------------------------------------------

Leader::Leader(Simulation& s, std::size_t row)
    : Agent(s), ties(s.setting.world.hosts.size()), regional_belief(s.setting.regions), isolation(s.p.I0), row_(row) {
  for (Tie& tie : ties) tie.v = s.p.sigma_u * s.p.sigma_u;
}

void Leader::begin_week() {
  view_ = &sim_.period->leaders[row_];
  isolation += sim_.p.g_I * (1 - isolation);
  const double prior = sim_.p.sigma_u * sim_.p.sigma_u, keep_v = sim_.keep.v;
  for (double& M : regional_belief) M *= keep_v;
  for (Tie& tie : ties) {
    tie.delta *= sim_.keep.delta;
    tie.K *= sim_.keep.k;
    tie.m *= keep_v;
    tie.v = prior - (prior - tie.v) * keep_v * keep_v;
  }
}

void Leader::end_week() {
  for (Tie& tie : ties) tie.delta = std::clamp(tie.delta, -0.5, 0.5);
}

void Leader::forget_government(int host) {
  tie(host).m = 0;
  tie(host).v = sim_.p.sigma_u * sim_.p.sigma_u;
}

/// What the region's record says about one host, as far as the host itself is still unknown.
double Leader::regional(int host, double v) const {
  const double prior = sim_.p.sigma_u * sim_.p.sigma_u;
  return prior > 0 ? v / prior * regional_belief[sim_.setting.region_of[static_cast<std::size_t>(host)]] : 0;
}

/// The mean of logistic(x + the host's resolve) over what the leader believes of it.
double Leader::estimate(int host, double x) const {
  constexpr double nodes[] = {0, 1.355626179974266, -1.355626179974266, 2.8569700138728056, -2.8569700138728056};
  constexpr double weights[] = {0.5333333333333333, 0.22207592200561266, 0.22207592200561266, 0.011257411327720693,
                                0.011257411327720693};
  const Tie& t = ties[static_cast<std::size_t>(host)];
  const double centre = x + t.m + regional(host, t.v), sd = std::sqrt(t.v);
  double sum = 0;
  for (int i = 0; i < 5; ++i) sum += weights[i] * logistic(centre + sd * nodes[i]);
  return sum;
}

double Leader::pi_arrest(int host, bool order, double cover) const {
  if (!dyad(host).duty) return 0;
  return estimate(host, sim_.host(host).compliance(*this, cover) + sim_.p.th_o * order - sim_.p.kap_arrest);
}

double Leader::pi_refuse(const Trip& trip) const {
  const double c = sim_.host(trip.host).compliance(*this, trip.cover);
  return (1 - trip.bound) * estimate(trip.host, c + sim_.p.th_or * trip.order - sim_.p.kap_refuse);
}

/// The host lets its resolve slip.
void Leader::sound(int host) {
  const double sig_s = sim_.p.sig_s;
  if (std::isinf(sig_s)) return;
  Tie& t = tie(host);
  const double heard = sim_.host(host).resolve + sig_s * sim_.normal(sim_.rng);
  const double gain = sig_s > 0 ? t.v / (t.v + sig_s * sig_s) : 1;
  const double mean = t.m + regional(host, t.v);
  t.v *= 1 - gain;
  t.m = mean + gain * (heard - mean) - regional(host, t.v);
}

void Leader::learn_from_refusal(int host, double pi, double y) {
  Tie& t = tie(host);
  const double mean = t.m + regional(host, t.v);
  t.v /= 1 + t.v * pi * (1 - pi);
  t.m = mean + (1 - sim_.p.rho) * t.v * (y - pi) - regional(host, t.v);
}

/// A precedent in one host teaches about its region, and the other leaders too.
void Leader::learn_from_arrival(const Trip::Arrival& a) {
  Tie& t = tie(a.host);
  const std::size_t region = sim_.setting.region_of[static_cast<std::size_t>(a.host)];
  const double mean = t.m + regional(a.host, t.v);
  t.v /= 1 + t.v * a.pi_arrest * (1 - a.pi_arrest);
  const double step = t.v * (a.arrested - a.pi_arrest);
  regional_belief[region] += sim_.p.rho * step;
  t.m = mean + step - regional(a.host, t.v);
  for (Leader& peer : sim_.leaders)
    if (&peer != this) peer.regional_belief[region] += sim_.p.eps_peer * sim_.p.rho * step;
}

// --- Leaders: decisions ----------------------------------------------------------------------------

double Leader::U_go(const Trip& trip, double pi_arrest) const {
  const agents::Parameters& p = sim_.p;
  const Dyad& d = dyad(trip.host);
  const double alliance = d.alliance + ties[static_cast<std::size_t>(trip.host)].delta;
  return -p.b_0 + p.b_V * trip.V + p.b_al * alliance + p.b_I * isolation * trip.V - p.b_h * d.route.hours -
         sim_.setting.world.leaders[row_].Lambda * (pi_arrest + p.em * d.route.exposure);
}

double Leader::U_delegate(const Trip& trip) const {
  const agents::Parameters& p = sim_.p;
  const double alliance = dyad(trip.host).alliance + ties[static_cast<std::size_t>(trip.host)].delta;
  return p.phi * (p.b_V * trip.V + p.b_al * alliance) - p.b_del;
}

bool Leader::has_trip(int place) const {
  return std::any_of(trips.begin(), trips.end(), [place](const Trip& x) { return x.place == place; });
}

/// True if the trip is announced.
bool Leader::sound_and_answer(Trip trip) {
  sound(trip.host);
  const double go = U_go(trip, pi_arrest(trip.host, false, trip.cover)) - sim_.p.Omega * pi_refuse(trip);
  const double delegate = U_delegate(trip), top = std::max({go, delegate, 0.0});
  const double w_go = std::exp(go - top), w_delegate = std::exp(delegate - top), w_skip = std::exp(-top);
  const double draw = std::uniform_real_distribution<double>(0, w_go + w_delegate + w_skip)(sim_.rng);
  const Answer answer = draw < w_go ? Answer::go : draw < w_go + w_delegate ? Answer::delegate : Answer::skip;

  Decision d;
  d.leader = {static_cast<std::uint16_t>(row_)};
  d.host = {static_cast<std::uint16_t>(trip.host)};
  d.event = static_cast<std::int16_t>(trip.place < bilateral ? trip.place : -1);
  d.second_stop = trip.place == second_stop;
  d.answer = answer;
  d.week = static_cast<std::int16_t>(sim_.week);
  d.duty = dyad(trip.host).duty;
  d.V = static_cast<float>(trip.V);
  trip.decision = sim_.history.decisions.size();
  sim_.history.decisions.push_back(d);
  if (answer != Answer::go) {
    settle(trip, answer == Answer::delegate ? Outcome::delegate : Outcome::skip);
    return false;
  }
  trip.shares.assign(sim_.ngos.size(), 0.0);
  const auto after = [&](const Trip& x) { return x.place > trip.place; };
  trips.insert(std::find_if(trips.begin(), trips.end(), after), std::move(trip));
  return true;
}

/// Phase 1: the events opened this week, then at most one idea of the leader's own.
void Leader::look_for_trips() {
  const agents::Parameters& p = sim_.p;
  for (const int row : sim_.setting.openings[row_][static_cast<std::size_t>(sim_.week)]) {
    const agents::ScheduledTrip& event = sim_.setting.calendars[row_].trips[static_cast<std::size_t>(row)];
    Trip trip;
    trip.host = event.host.index;
    trip.place = row;
    trip.V = event.V;
    trip.Z = salience(event.V, event.participants);
    trip.days = event.days;
    trip.bound = event.bound;
    trip.cover = event.cover;
    trip.due = event.start;
    trip.lead = event.start - sim_.week;
    sound_and_answer(std::move(trip));
  }
  if (has_trip(bilateral) || !sim_.happens(view_->lam)) return;
  const int host = view_->idea(sim_.rng);
  if (host < 0) return;
  const double p_pursue = logistic(p.al_0 + p.al_delta * tie(host).delta + p.al_I * isolation - p.al_k * tie(host).K);
  if (!sim_.happens(p_pursue)) return;
  const int lead = 1 + poisson(sim_.rng, p.mean_lead - 1);
  if (!sound_and_answer(own_trip(host, bilateral, lead))) return;
  if (has_trip(second_stop) || !sim_.happens(p.tau)) return;
  const int next = sim_.setting.second_stop(*view_, host, sim_.rng);
  if (next >= 0) sound_and_answer(own_trip(next, second_stop, lead));
}

Trip Leader::own_trip(int host, int place, int lead) {
  Trip trip;
  trip.host = host;
  trip.place = place;
  trip.V = std::exp(sim_.p.sig_V * sim_.normal(sim_.rng));
  trip.Z = salience(trip.V, 2);
  trip.days = 1 + poisson(sim_.rng, sim_.p.mean_days - 1);
  trip.due = sim_.week + lead;
  trip.lead = lead;
  return trip;
}

double Leader::suits(const Trip& trip) const {
  if (!dyad(trip.host).duty) return 0;
  double litigation = 0;
  for (std::size_t n = 0; n < sim_.ngos.size(); ++n)
    litigation += trip.shares[n] * sim_.ngos[n].budget * sim_.ngos[n].litigation;
  return sim_.period->suit_rate[static_cast<std::size_t>(trip.host)] * litigation;
}

/// Phase 4: a last look, the flight, the arrival.
void Leader::depart(Trip& trip) {
  const agents::Parameters& p = sim_.p;
  const Dyad& here = dyad(trip.host);
  learn_from_refusal(trip.host, pi_refuse(trip), 0);  // the invitation has held
  const double pi = pi_arrest(trip.host, trip.order, trip.cover);
  const double p_here = sim_.host(trip.host).p_arrest(*this, trip.order, trip.cover);
  Decision& d = sim_.history.decisions[trip.decision];
  d.reached = true;
  d.pi_arrest = static_cast<float>(pi);
  d.p_arrest = static_cast<float>(p_here);
  const double p_leave = logistic(U_go(trip, pi) + p.b_commit - std::max(U_delegate(trip), 0.0));
  if (!here.route.exists || !sim_.happens(p_leave)) return settle(trip, Outcome::stays_home);

  d.hours = static_cast<float>(here.route.hours);
  d.detour_hours = static_cast<float>(here.route.detour_hours);
  if (sim_.happens(1 - std::exp(-p.em * here.route.hours_over_duty))) {
    double left = std::uniform_real_distribution<double>(0, here.route.hours_over_duty)(sim_.rng);
    auto over = here.route.over.begin();
    while (over + 1 != here.route.over.end() && left >= over->hours) left -= over++->hours;
    const int below = over->host.index;
    const bool arrested = sim_.happens(sim_.host(below).p_arrest(*this, false, 0));
    trip.arrivals.push_back({below, pi_arrest(below, false, 0), arrested});
    free = !arrested;
  }
  if (free) {
    free = !sim_.happens(p_here);
    if (here.duty) trip.arrivals.push_back({trip.host, pi, !free});
  }
  if (!free) return settle(trip, Outcome::arrested);
  const bool order = trip.order || sim_.happens(1 - std::exp(-suits(trip) * trip.days / 7));
  const bool cut = order && sim_.happens(p.xi);
  if (cut) trip.V /= 2, trip.days /= 2;
  d.days = static_cast<float>(trip.days);
  settle(trip, cut ? Outcome::cut_short : Outcome::visited);
}

void Leader::settle(Trip& trip, Outcome outcome) {
  trip.outcome = outcome;
  Decision& d = sim_.history.decisions[trip.decision];
  d.outcome = outcome;
  d.week_out = static_cast<std::int16_t>(sim_.week);
  d.order = trip.order;
  d.duty = dyad(trip.host).duty;
  settled.push_back(trip);
}

/// Phase 5: what one outcome leaves behind.
void Leader::aftermath(const Trip& trip) {
  const agents::Parameters& p = sim_.p;
  Tie& t = tie(trip.host);
  const bool duty = dyad(trip.host).duty;
  const auto budgets = [&](double per_share, double per_reach) {
    for (std::size_t n = 0; n < trip.shares.size(); ++n)
      sim_.ngos[n].budget *=
          1 + per_share * trip.shares[n] + per_reach * sim_.ngos[n].reach[static_cast<std::size_t>(trip.host)];
  };
  switch (trip.outcome) {
    case Outcome::visited:
    case Outcome::cut_short:
      t.delta += p.g_visit * trip.V;
      t.K = 1;
      isolation *= 1 - p.g_tr * std::min(trip.V, 1.0);
      if (duty) {
        sim_.move_norm(-p.chi_visit * trip.Z);
        budgets(-p.l_B, p.o_B * trip.Z);
        sim_.court.review(sim_.host(trip.host));
      }
      break;
    case Outcome::stays_home:
      t.delta -= p.g_cancel * trip.V;
      sim_.move_norm(p.chi_stay * trip.Z * duty);
      budgets(p.g_B, 0);
      break;
    case Outcome::withdrawn:
      t.delta -= p.g_refuse * trip.V;
      t.K = std::max(t.K, 0.5);
      sim_.move_norm(p.chi_ref * trip.Z * duty);
      budgets(p.g_B, 0);
      learn_from_refusal(trip.host, trip.pi_refuse, 1);
      break;
    case Outcome::arrested:
      sim_.move_norm(p.chi_arr);
      budgets(p.g_B, 0);
      break;
    case Outcome::skip:
    case Outcome::delegate:
      if (trip.place < bilateral) t.delta -= p.g_skip * trip.V * (trip.outcome == Outcome::skip ? 1 : 0.5);
      break;
    default:
      break;
  }
  for (const Trip::Arrival& a : trip.arrivals) learn_from_arrival(a);
}

// --- The week --------------------------------------------------------------------------------------

Simulation::Simulation(Setting& s, std::uint64_t seed, std::uint32_t replicate)
    : setting(s),
      p(s.world.parameters),
      rng(generator(seed, replicate)),
      period(&s.period(0)),
      nu(p.nu0),
      keep{halve(p.H_nu), halve(p.H_delta), halve(p.H_p), halve(p.H_F), halve(p.H_k), halve(p.H_B), halve(p.H_v)},
      court(*this) {
  for (std::size_t r = 0; r < s.regions; ++r) regional_resolve.push_back(normal(rng));
  hosts.reserve(s.world.hosts.size());
  ngos.reserve(s.world.ngos.size());
  leaders.reserve(s.world.leaders.size());
  for (std::size_t h = 0; h < s.world.hosts.size(); ++h) hosts.emplace_back(*this, static_cast<int>(h));
  for (std::size_t n = 0; n < s.world.ngos.size(); ++n) ngos.emplace_back(*this, n);
  for (std::size_t l = 0; l < s.world.leaders.size(); ++l) leaders.emplace_back(*this, l);
  for (Host& h : hosts) everyone.push_back(&h);
  for (Ngo& n : ngos) everyone.push_back(&n), start_budget += n.start;
  for (Leader& l : leaders) everyone.push_back(&l);
  everyone.push_back(&court);
}

History Simulation::live() {
  for (week = 0; week < setting.world.weeks; ++week) {
    period = &setting.period(week);
    environment();
    for (Leader& l : leaders)
      if (l.free) l.look_for_trips();
    campaigns();
    for (const auto& [leader, trip] : announced())
      if (trip->due > week && host(trip->host).withdraws(*leader, *trip)) {
        trip->pi_refuse = leader->pi_refuse(*trip);
        leader->settle(*trip, Outcome::withdrawn);
      }
    for (Leader& l : leaders) {
      for (Trip& trip : l.trips)
        if (l.free && trip.due == week) l.depart(trip);
      for (Trip& trip : l.trips)
        if (!l.free && trip.outcome == Outcome::pending) l.settle(trip, Outcome::void_);
      std::erase_if(l.trips, [](const Trip& x) { return x.outcome != Outcome::pending; });
    }
    for (Leader& l : leaders) {
      std::sort(l.settled.begin(), l.settled.end(), [](const Trip& a, const Trip& b) { return a.place < b.place; });
      for (const Trip& trip : l.settled) l.aftermath(trip);
      l.settled.clear();
    }
    for (Agent* a : everyone) a->end_week();
    nu = std::clamp(nu, 0.0, 2.0);
  }
  for (const auto& [leader, trip] : announced()) {
    Decision& d = history.decisions[trip->decision];
    d.outcome = Outcome::pending;
    d.week_out = static_cast<std::int16_t>(setting.world.weeks);
    d.order = trip->order;
  }
  history.nu = nu;
  return std::move(history);
}

/// Phase 0: shocks to stocks and governments, then decay.
void Simulation::environment() {
  for (const Shock& s : setting.world.shocks) {
    if (s.week != week) continue;
    if (s.target == ShockTarget::nu) nu = changed(s, nu, 0, 2);
    if (s.target == ShockTarget::B)
      for (std::size_t n = 0; n < ngos.size(); ++n)
        if (s.ngo == Shock::all || static_cast<std::size_t>(s.ngo) == n)
          ngos[n].budget = changed(s, ngos[n].budget, p.B_min * ngos[n].start, p.B_max * ngos[n].start);
    if (s.target == ShockTarget::delta) {
      double& delta = leaders[static_cast<std::size_t>(s.leader)].ties[static_cast<std::size_t>(s.host)].delta;
      delta = changed(s, delta, -0.5, 0.5);
    }
    if (s.target == ShockTarget::government) {
      host(s.host).change_government();
      for (Leader& l : leaders) l.forget_government(s.host);
    }
  }
  nu = p.nu_bar + (nu - p.nu_bar) * keep.nu;
  for (Agent* a : everyone) a->begin_week();
}

std::vector<std::pair<Leader*, Trip*>> Simulation::announced() {
  std::vector<std::pair<Leader*, Trip*>> all;
  for (Leader& l : leaders)
    for (Trip& trip : l.trips) all.emplace_back(&l, &trip);
  return all;
}

/// Phase 2.
void Simulation::campaigns() {
  const auto trips = announced();
  std::vector<double> q;
  for (const auto& [leader, trip] : trips) q.push_back(host(trip->host).p_refuse(*leader, *trip, 0));
  double surplus = -start_budget;
  for (Ngo& ngo : ngos) {
    ngo.plan(trips, q);
    surplus += ngo.budget * ngo.rest;
  }
  for (const auto& [leader, trip] : trips)
    for (std::size_t n = 0; n < ngos.size(); ++n)
      host(trip->host).effort += trip->shares[n] * ngos[n].budget * (1 - ngos[n].litigation);
  for (const auto& [leader, trip] : trips) host(trip->host).feel_campaigns();
  move_norm(p.chi_adv * surplus);
  for (const auto& [leader, trip] : trips)
    if (!trip->order) trip->order = happens(1 - std::exp(-leader->suits(*trip)));
}

}  // namespace naive
