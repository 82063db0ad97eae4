#include "agents/life.hpp"

#include <algorithm>

#include "agents/court.hpp"
#include "agents/host.hpp"
#include "agents/ngo.hpp"

namespace agents {

Life::Life(const Stage& stage, Manner manner) : stage_(stage), manner_(manner) { trips_.resize(stage.leaders); }

const History& Life::live(Luck& luck, std::vector<Note>* diary, std::vector<Moment>* moments) {
  moments_ = moments;
  begin(luck, diary);
  const auto weeks = static_cast<std::size_t>(stage_.weeks());
  history_.nu.resize(weeks);
  history_.pressure.resize(weeks);
  history_.isolation.resize(stage_.leaders * weeks);
  history_.budget.resize(stage_.ngos * weeks);
  history_.weight.resize(weeks);
  for (t_ = 0; t_ < stage_.weeks(); ++t_) {
    period_ = &stage_.period(t_);
    if (t_ == period_->when.from) sum_pressure();
    environment();
    for (std::uint16_t l = 0; l < stage_.leaders; ++l)
      if (leaders_[l].free) opportunities({l});
    campaigns();
    hosts();
    for (std::uint16_t l = 0; l < stage_.leaders; ++l) departures({l});
    aftermath();
    record_week();
  }
  for (const auto& places : trips_)  // still announced: pending, as of the last week
    for (const Trip& trip : places) {
      Decision& d = history_.decisions[trip.decision];
      d.order = trip.order;
      d.duty = terms(trip.leader, trip.host).duty > 0;
      d.weight_out = leaders_[trip.leader.index].weight;
    }
  return history_;
}

void Life::begin(Luck& luck, std::vector<Note>* diary) {
  luck_ = &luck;
  diary_ = diary;
  norm_ = {stage_.initial_nu - stage_.k.nu_bar};
  hosts_.assign(stage_.hosts, {});
  ties_.assign(stage_.leaders * stage_.hosts, {});
  regional_.assign(stage_.leaders * stage_.regions, {});
  leaders_.assign(stage_.leaders, {.ease = {1.0f - stage_.k.I0}});
  budget_gains_.assign(stage_.ngos, {});
  budgets_changed_ = false;
  surplus_ = {};
  for (auto& places : trips_) places.clear();
  waiting_.clear();
  pressured_.clear();
  total_pressure_ = {};
  history_.decisions.clear();
}

// --- 0. Environment --------------------------------------------------------------------------------
// Stocks decay by themselves (Stock::at). A shock comes before the week's decay: it changes the stock of the week
// before.

void Life::environment() {
  const Week before = t_ - 1;
  for (const Shock& s : stage_.shocks_in[static_cast<std::size_t>(t_)]) {
    const HostId h{static_cast<std::uint16_t>(s.host)};
    switch (s.target) {
      case ShockTarget::nu: {
        const float nu = stage_.k.nu_bar + norm_.at(before, stage_.nu);
        norm_.set(min(max(changed(nu, s), 0.0f), 2.0f) - stage_.k.nu_bar, before, stage_.nu);
        break;
      }
      case ShockTarget::B:
        for (std::size_t n = 0; n < stage_.ngos; ++n) {
          if (s.ngo != Shock::all && static_cast<std::size_t>(s.ngo) != n) continue;
          const float gain = budget_gains_[n].at(before, stage_.B);
          budget_gains_[n].set(changed(stage_.B0[n] + gain, s) - stage_.B0[n], before, stage_.B);
        }
        bound_budgets(before);
        break;
      case ShockTarget::delta: {
        Stock& delta = tie({static_cast<std::uint16_t>(s.leader)}, h).delta;
        delta.set(min(max(changed(delta.at(before, stage_.delta), s), -0.5f), 0.5f), before, stage_.delta);
        break;
      }
      case ShockTarget::government:
        hosts_[h.index].drawn = false;
        hosts_[h.index].changed = t_;
        for (std::uint16_t l = 0; l < stage_.leaders; ++l) {
          tie({l}, h).m = tie({l}, h).learned = {};
        }
        if (diary_) diary_->push_back({Note::Kind::government, t_, {}, h, -1, false, {resolve(h)}});
        break;
      default:
        break;
    }
  }
  fold_stocks();
}

/// Where the reference week of a decay moves on.
void Life::fold_stocks() {
  const auto fold = [this](const Decay& decay, auto&& each) {
    const float factor = decay.fold(t_);
    if (factor != 1) each([factor](Stock& s) { s.kept *= factor; });
  };
  const auto ties = [this](Stock Tie::*which) {
    return [this, which](auto&& f) {
      for (Tie& tie : ties_) f(tie.*which);
    };
  };
  const auto hosts = [this](Stock HostStocks::*which) {
    return [this, which](auto&& f) {
      for (HostStocks& host : hosts_) f(host.*which);
    };
  };
  fold(stage_.nu, [this](auto&& f) { f(norm_); });
  fold(stage_.B, [this](auto&& f) {
    for (Stock& gain : budget_gains_) f(gain);
    f(surplus_);
  });
  fold(stage_.p, hosts(&HostStocks::pressure));
  fold(stage_.p, [this](auto&& f) { f(total_pressure_); });
  fold(stage_.F, hosts(&HostStocks::findings));
  fold(stage_.delta, ties(&Tie::delta));
  fold(stage_.K, ties(&Tie::cooldown));
  fold(stage_.m, ties(&Tie::m));
  fold(stage_.m, [this](auto&& f) {
    for (Stock& M : regional_) f(M);
  });
  fold(stage_.share, ties(&Tie::learned));
  fold(stage_.ease, [this](auto&& f) {
    for (LeaderStocks& leader : leaders_) f(leader.ease);
  });
}

// --- 1. Opportunities ------------------------------------------------------------------------------

void Life::opportunities(LeaderId l) {
  const auto week = l.index * static_cast<std::size_t>(stage_.weeks()) + static_cast<std::size_t>(t_);
  for (const std::int16_t row : stage_.opened_in[week]) {
    const ScheduledTrip& event = stage_.calendars[l.index].trips[static_cast<std::size_t>(row)];
    Trip trip;
    trip.leader = l;
    trip.host = event.host;
    trip.rank = row;
    trip.place = event.place;
    trip.V = static_cast<float>(event.V);
    trip.Z = salience(trip.V, static_cast<float>(event.participants));
    trip.lead = static_cast<float>(event.start - t_);
    trip.days = static_cast<float>(event.days);
    trip.bound = static_cast<float>(event.bound);
    trip.cover = static_cast<float>(event.cover);
    trip.departs = event.start;
    open(trip, draw(trip, Occasion::opening), row);
  }
  const auto& places = trips_[l.index];
  if (std::none_of(places.begin(), places.end(), [](const Trip& x) { return x.rank == bilateral_rank; }))
    bilateral_idea(l);
}

void Life::bilateral_idea(LeaderId l) {
  const LeaderTerms& now = period_->leaders[l.index];
  Trip trip;
  trip.leader = l;
  trip.rank = bilateral_rank;
  trip.place = bilateral_place;
  const Words words = draw(trip, Occasion::opening);
  if (!happens(words[word::arise], now.lam) || now.pull->bilateral().empty()) return;
  trip.host = {now.pull->bilateral()(words[word::host])};
  const Words idea = draw(trip, Occasion::idea);
  const Coefficients& k = stage_.k;
  const float cooldown = tie(l, trip.host).cooldown.at(t_, stage_.K);
  const float p_pursue =
      logistic(k.al_0 + k.al_delta * delta(l, trip.host) + k.al_I * isolation(l) - k.al_k * cooldown);
  if (!happens(idea[word::pursue], p_pursue)) return note(Note::Kind::not_pursued, trip, {p_pursue});
  trip.V = exp(k.sig_V * normal_quantile(uniform(idea[word::value])));
  trip.Z = salience(trip.V, 2.0f);
  const Week lead = 1 + stage_.extra_lead_weeks(idea[word::lead]);
  trip.lead = static_cast<float>(lead);
  trip.days = static_cast<float>(1 + stage_.extra_days(idea[word::days]));
  trip.departs = t_ + lead;
  if (open(trip, words, -1)) second_stop(trip);
}

void Life::second_stop(const Trip& first) {
  const auto& places = trips_[first.leader.index];
  if (std::any_of(places.begin(), places.end(), [](const Trip& x) { return x.rank == second_stop_rank; })) return;
  Trip trip = first;
  trip.rank = second_stop_rank;
  trip.place = second_stop_place;
  const Words words = draw(trip, Occasion::opening);
  const AliasTable near = period_->leaders[first.leader.index].pull->second_stop(first.host);
  if (!happens(words[word::arise], stage_.k.tau) || near.empty()) return;
  trip.host = {near(words[word::host])};
  const Words idea = draw(trip, Occasion::idea);
  trip.V = exp(stage_.k.sig_V * normal_quantile(uniform(idea[word::value])));
  trip.Z = salience(trip.V, 2.0f);
  trip.days = static_cast<float>(1 + stage_.extra_days(idea[word::days]));
  open(trip, words, -1);
}

/// The host lets its resolve slip, the leader answers; `go` announces the trip. True if it did.
bool Life::open(Trip trip, const Words& words, std::int16_t event) {
  const LeaderId l = trip.leader;
  const HostId h = trip.host;
  note(Note::Kind::opportunity, trip, {trip.V, trip.lead, trip.days});
  sound(trip, words);
  const Weighed x = weigh(trip);
  const std::uint32_t w = words[word::answer];
  const Answer answer = happens(w, x.p.go)               ? Answer::go
                        : happens(w, x.p.go_or_delegate) ? Answer::delegate
                                                         : Answer::skip;
  note(Note::Kind::answer, trip, {x.U_go, x.U_delegate, x.p.go, x.p.go_or_delegate - x.p.go, x.pi_arrest, x.pi_refuse});
  trip.decision = history_.decisions.size();
  witness(Moment::Kind::answer, trip, w, {x.U_go, x.U_delegate, x.p.go, x.p.go_or_delegate});

  Decision d{.leader = l, .host = h, .event = event, .second_stop = trip.rank == second_stop_rank, .answer = answer};
  d.outcome = answer == Answer::go ? Outcome::pending : answer == Answer::delegate ? Outcome::delegate : Outcome::skip;
  d.week = static_cast<std::int16_t>(t_);
  d.week_out = static_cast<std::int16_t>(answer == Answer::go ? stage_.weeks() : t_);
  d.duty = terms(l, h).duty > 0;
  d.V = trip.V;
  d.weight = d.weight_out = leaders_[l.index].weight;
  history_.decisions.push_back(d);
  if (answer != Answer::go) {
    if (event >= 0) waiting_.push_back({trip, d.outcome, 0, false, {}, {}});
    return false;
  }
  announce(trip);
  return true;
}

/// The host lets its resolve slip.
void Life::sound(const Trip& trip, const Words& words) {
  const Coefficients& k = stage_.k;
  if (std::isinf(k.sig_s)) return;
  const LeaderId l = trip.leader;
  const HostId h = trip.host;
  const float signal = resolve(h) + k.sig_s * normal_quantile(uniform(words[word::sounding]));
  const float region = lesson_of_region(l, h);
  believe_from_now(l, h, after_sounding(belief(l, h), region, signal, k));
  note(Note::Kind::sounding, trip, {signal, belief(l, h).mean(region), sqrt(belief(l, h).variance(k))});
}

Life::Weighed Life::weigh(const Trip& trip) {
  const Prospect<float> prospect = look(trip);
  Weighed x{};
  x.pi_arrest = prospect.pi_arrest;
  x.pi_refuse = pi_refuse(trip);
  x.U_go = utility_of_going(prospect, stage_.Lambda[trip.leader.index], stage_.k) - stage_.k.Omega * x.pi_refuse;
  x.U_delegate = utility_of_delegating(trip.V, prospect.alliance, stage_.k);
  x.p = answer_chances(x.U_go, x.U_delegate);
  return x;
}

/// Puts a trip in its place.
void Life::announce(const Trip& trip) {
  auto& places = trips_[trip.leader.index];
  const auto after = std::find_if(places.begin(), places.end(), [&](const Trip& x) { return x.rank > trip.rank; });
  places.insert(after, trip);
}

// --- 2. Campaigns ----------------------------------------------------------------------------------

void Life::campaigns() {
  const Coefficients& k = stage_.k;
  const std::size_t N = stage_.ngos;
  contested_.clear();
  for (auto& places : trips_)
    for (Trip& trip : places)
      if (terms(trip.leader, trip.host).duty > 0) {
        trip.campaign = contested_.size();
        contested_.push_back(&trip);
      }
  share_out_effort();

  // Pressure: the efforts of all trips to one host are felt together.
  efforts_.clear();
  for (Trip* trip : contested_) {
    float effort = 0;
    trip->suit = 0;
    for (std::size_t n = 0; n < N; ++n) {
      const float spent = shares_[trip->campaign * N + n] * budget(n);
      effort += spent * (1.0f - stage_.y[n]);
      trip->suit += spent * stage_.y[n];
    }
    const auto same =
        std::find_if(efforts_.begin(), efforts_.end(), [&](const auto& x) { return x.host == trip->host; });
    if (same != efforts_.end())
      same->effort += effort;
    else
      efforts_.push_back({trip->host, effort, trip});
  }

  // Advocacy: what the budgets now spend on it against what they spent on it at the start.
  float surplus = surplus_.at(t_, stage_.B);
  for (std::size_t n = 0; n < N; ++n) surplus -= budget(n) * spent_[n];

  for (const auto& [h, effort, trip] : efforts_) {
    HostStocks& host = hosts_[h.index];
    if (!host.pressured) pressured_.push_back(h);
    host.pressured = true;
    const float p = host.pressure.at(t_, stage_.p);
    const float raised = raised_pressure(p, period_->civil_society[h.index], effort, k);
    host.pressure.set(raised, t_, stage_.p);
    total_pressure_.set(total_pressure_.at(t_, stage_.p) + (raised - p), t_, stage_.p);
    note(Note::Kind::campaign, *trip, {effort, raised});
  }
  change_norm(k.chi_adv * surplus);

  for (Trip* trip : contested_) {
    if (trip->order) continue;
    const float p = p_order(period_->suit_rate[trip->host.index], trip->suit, 1.0f);
    trip->order = happens(draw(*trip, Occasion::standing)[word::suit], p);
    if (trip->order) note(Note::Kind::order, *trip, {p});
  }
}

/// f: how each NGO divides its budget among the contested trips; the rest goes to advocacy.
void Life::share_out_effort() {
  const Coefficients& k = stage_.k;
  const std::size_t N = stage_.ngos;
  shares_.resize(contested_.size() * N);
  totals_.assign(N, 0.0f);
  spent_.assign(N, 0.0f);
  for (const Trip* trip : contested_) {
    const float c = compliance(trip->leader, trip->host, 0, trip->cover);
    const float q_refuse = logistic(refusal_logit(c, trip->order ? 1.0f : 0.0f, k));
    for (std::size_t n = 0; n < N; ++n) {
      const float reach = stage_.reach(static_cast<Eigen::Index>(n), trip->host.index);
      const float score = campaign_score(reach, trip->Z, q_refuse, stage_.omega[n]);
      shares_[trip->campaign * N + n] = score;
      totals_[n] += score;
    }
  }
  for (std::size_t i = 0; i < contested_.size(); ++i)
    for (std::size_t n = 0; n < N; ++n) {
      float& share = shares_[i * N + n];
      share = share / (k.s_0 + totals_[n]);
      spent_[n] += share;
    }
}

// --- 3. Hosts --------------------------------------------------------------------------------------

void Life::hosts() {
  for (auto& places : trips_)
    for (Trip& trip : places) {
      if (trip.departs == t_) continue;
      const float c = compliance(trip.leader, trip.host, resolve(trip.host), trip.cover);
      const float logit = refusal_logit(c, trip.order ? 1.0f : 0.0f, stage_.k);
      const float p_refuse = (1.0f - trip.bound) * logistic(logit);
      const float p = weekly_withdrawal(p_refuse, trip.lead);
      const std::uint32_t w = draw(trip, Occasion::standing)[word::withdraw];
      witness(Moment::Kind::invitation, trip, w, {p_refuse, p});
      if (!happens(w, p)) continue;
      note(Note::Kind::withdrawal, trip, {p_refuse, p});
      settle(trip, Outcome::withdrawn);
      waiting_.push_back({trip, Outcome::withdrawn, pi_refuse(trip), false, {}, {}});
    }
}

// --- 4. Departure ----------------------------------------------------------------------------------

void Life::departures(LeaderId l) {
  auto& places = trips_[l.index];
  for (Trip& trip : places)
    if (trip.departs == t_ && !trip.settled && leaders_[l.index].free) depart(trip);
  if (!leaders_[l.index].free)
    for (Trip& trip : places)
      if (!trip.settled) settle(trip, Outcome::void_);
  std::erase_if(places, [](const Trip& x) { return x.settled; });
}

void Life::depart(Trip& trip) {
  const Coefficients& k = stage_.k;
  const LeaderId l = trip.leader;
  const HostId h = trip.host;
  Decision& d = history_.decisions[trip.decision];
  learn_from_refusal(l, h, 0, pi_refuse(trip), 1.0f - k.rho);  // the invitation has held

  const Words standing = draw(trip, Occasion::standing);
  const Route& route = terms(l, h).route;
  const Prospect<float> prospect = look(trip);
  const float U_go = utility_of_going(prospect, stage_.Lambda[l.index], k);
  const float U_delegate = utility_of_delegating(trip.V, prospect.alliance, k);
  const float p_stay = route.exists ? p_stay_home(U_go, U_delegate, k) : 1.0f;
  const float p_here = p_arrest(l, h, trip.order, trip.cover);
  d.reached = true;
  d.pi_arrest = prospect.pi_arrest;
  d.p_arrest = p_here;
  witness(Moment::Kind::look, trip, standing[word::stay_home], {p_stay, prospect.pi_arrest});
  if (happens(standing[word::stay_home], p_stay)) {
    note(Note::Kind::stays_home, trip, {p_stay, d.pi_arrest});
    settle(trip, Outcome::stays_home);
    waiting_.push_back({trip, Outcome::stays_home, 0, false, {}, {}});
    return;
  }
  note(Note::Kind::look, trip, {p_stay, d.pi_arrest});

  const Words visit = draw(trip, Occasion::visit);
  Aftermath after{trip, Outcome::visited, 0, happens(visit[word::finding], k.zeta), {}, {}};
  d.hours = route.hours;
  d.detour_hours = route.detour_hours;
  after.diversion = diversion(trip, route, visit);
  d.hazard = 1.0f - (1.0f - d.hazard) * (1.0f - p_here);
  witness(Moment::Kind::arrest, trip, standing[word::arrest], {p_here});
  if (!after.diversion || !after.diversion->arrested)
    after.arrival = Stop{h, d.pi_arrest, taken(p_here, standing[word::arrest], l)};
  const bool arrested = after.arrival ? after.arrival->arrested : true;
  if (arrested) {
    after.outcome = Outcome::arrested;
    leaders_[l.index].free = false;
    note(Note::Kind::arrest, trip, {p_here, d.pi_arrest});
  } else {
    const float p_late = terms(l, h).duty * p_order(period_->suit_rate[h.index], trip.suit, trip.days / 7.0f);
    const bool order = trip.order || happens(visit[word::suit_during_stay], p_late);
    if (order && happens(visit[word::cut_short], k.xi)) {
      after.outcome = Outcome::cut_short;
      after.trip.V = 0.5f * trip.V;
      after.trip.days = 0.5f * trip.days;
    }
    d.days = after.trip.days;
    note(after.outcome == Outcome::visited ? Note::Kind::visit : Note::Kind::cut_short, trip,
         {p_here, d.pi_arrest, d.days});
  }
  settle(trip, after.outcome);
  if (manner_.weighed == l) leaders_[l.index].weight *= 1.0 - static_cast<double>(d.hazard);
  waiting_.push_back(after);
}

/// What the leader weighs, the order and the cover included.
Prospect<float> Life::look(const Trip& trip) {
  const LeaderId l = trip.leader;
  const HostId h = trip.host;
  const Route& route = terms(l, h).route;
  return {trip.V, alliance(l, h), isolation(l), route.hours, route.exposure, pi_arrest(l, h, trip.order, trip.cover)};
}

/// An emergency landing in a state with a duty, which decides for itself; without an arrest the leader flies on.
std::optional<Life::Stop> Life::diversion(const Trip& trip, const Route& route, const Words& visit) {
  if (!happens(visit[word::divert], route.p_divert)) return {};
  const Words words = draw(trip, Occasion::diversion);
  double hours = 0;
  for (const Overflown& o : route.with_duty) hours += o.hours;
  double left = hours * (words[word::divert_to] * 0x1p-32);
  HostId where = route.with_duty.back().host;
  for (const Overflown& o : route.with_duty) {
    if (left < o.hours) {
      where = o.host;
      break;
    }
    left -= o.hours;
  }
  const float p = p_arrest(trip.leader, where, false, 0);
  history_.decisions[trip.decision].hazard = p;
  history_.decisions[trip.decision].diverted_to = static_cast<std::int16_t>(where.index);
  Stop stop{where, pi_arrest(trip.leader, where, false, 0), taken(p, words[word::arrest_there], trip.leader)};
  Trip at = trip;
  at.host = where;
  note(Note::Kind::diversion, at, {route.p_divert, p});
  return stop;
}

/// Whether an arrest of chance p comes about: never for the leader whose arrests are weighed.
bool Life::taken(float p, std::uint32_t word, LeaderId l) const { return manner_.weighed != l && happens(word, p); }

// --- 5. Aftermath ----------------------------------------------------------------------------------

void Life::settle(Trip& trip, Outcome outcome) {
  trip.settled = true;
  Decision& d = history_.decisions[trip.decision];
  d.outcome = outcome;
  d.week_out = static_cast<std::int16_t>(t_);
  d.order = trip.order;
  d.duty = terms(trip.leader, trip.host).duty > 0;
  d.weight_out = leaders_[trip.leader.index].weight;
}

void Life::aftermath() {
  std::stable_sort(waiting_.begin(), waiting_.end(), [](const Aftermath& a, const Aftermath& b) {
    return std::pair(a.trip.leader.index, a.trip.rank) < std::pair(b.trip.leader.index, b.trip.rank);
  });
  strained_.clear();
  for (const Aftermath& a : waiting_) effects(a);
  waiting_.clear();
  const float most = 0.5f * stage_.delta.grown(t_);
  for (Tie* tie : strained_) tie->delta.kept = min(max(tie->delta.kept, 0.0f - most), most);
  if (budgets_changed_) bound_budgets(t_);
  if (stage_.norm_overshoots) bound_norm();
}

/// Puts the budgets of week t inside their bounds.
void Life::bound_budgets(Week t) {
  surplus_ = {};
  budgets_changed_ = false;
  for (std::size_t n = 0; n < stage_.ngos; ++n) {
    const float start = stage_.B0[n] * stage_.B.grown(t);
    const float least = (stage_.k.B_min - 1.0f) * start, most = (stage_.k.B_max - 1.0f) * start;
    float& gain = budget_gains_[n].kept;
    gain = min(max(gain, least), most);
    surplus_.kept += gain;
  }
}

void Life::effects(const Aftermath& a) {
  const Coefficients& k = stage_.k;
  const Trip& trip = a.trip;
  const LeaderId l = trip.leader;
  const HostId h = trip.host;
  const float duty = terms(l, h).duty;
  Stock& cooldown = tie(l, h).cooldown;
  switch (a.outcome) {
    case Outcome::visited:
    case Outcome::cut_short: {
      change_delta(l, h, k.g_visit * trip.V);
      Stock& ease = leaders_[l.index].ease;
      ease.set(1.0f - isolation(l) * (1.0f - k.g_tr * min(trip.V, 1.0f)), t_, stage_.ease);
      cooldown.set(1.0f, t_, stage_.K);
      if (duty == 0) break;
      change_norm(0.0f - k.chi_visit * trip.Z);
      change_budgets(trip, 0.0f - k.l_B, k.o_B * trip.Z);
      if (a.finding) {
        Stock& findings = hosts_[h.index].findings;
        const float after = findings.at(t_, stage_.F) + 1.0f;
        findings.set(after, t_, stage_.F);
        change_norm(k.chi_find);
        note(Note::Kind::finding, trip, {after});
      }
      break;
    }
    case Outcome::stays_home:
      change_delta(l, h, 0.0f - k.g_cancel * trip.V);
      change_norm(k.chi_stay * trip.Z * duty);
      change_budgets(trip, k.g_B, 0);
      break;
    case Outcome::skip:
      change_delta(l, h, 0.0f - k.g_skip * trip.V);
      break;
    case Outcome::delegate:
      change_delta(l, h, -0.5f * k.g_skip * trip.V);
      break;
    case Outcome::withdrawn:
      change_delta(l, h, 0.0f - k.g_refuse * trip.V);
      change_norm(k.chi_ref * trip.Z * duty);
      change_budgets(trip, k.g_B, 0);
      cooldown.set(max(cooldown.at(t_, stage_.K), 0.5f), t_, stage_.K);
      learn_from_refusal(l, h, 1, a.pi_refuse, 1.0f - k.rho);
      break;
    case Outcome::arrested:
      change_norm(k.chi_arr);
      change_budgets(trip, k.g_B, 0);
      break;
    default:
      break;
  }
  if (a.diversion) learn_from_arrival(l, *a.diversion);
  if (a.arrival) learn_from_arrival(l, *a.arrival);
}

void Life::learn_from_refusal(LeaderId l, HostId h, float y, float pi, float part) {
  const Belief<float> old = belief(l, h);
  const float region = lesson_of_region(l, h);
  const Lesson<float> taught = lesson(old, y, pi, stage_.k);
  believe_from_now(l, h, believe(old.mean(region) + part * taught.step, taught.share, region));
}

/// A precedent in one host teaches about its region, and every other leader about it too.
void Life::learn_from_arrival(LeaderId l, const Stop& stop) {
  const Coefficients& k = stage_.k;
  const HostId h = stop.host;
  if (terms(l, h).duty == 0) return;
  const Belief<float> old = belief(l, h);
  Stock& M = regional(l, h);
  const float region = M.at(t_, stage_.m), mean = old.mean(region);
  const Lesson<float> taught = lesson(old, stop.arrested ? 1.0f : 0.0f, stop.pi_arrest, k);
  const float lesson_here = region + k.rho * taught.step;
  M.set(lesson_here, t_, stage_.m);
  believe_from_now(l, h, believe(mean + taught.step, taught.share, lesson_here));
  for (std::uint16_t peer = 0; peer < stage_.leaders; ++peer) {
    if (peer == l.index) continue;
    Stock& theirs = regional({peer}, h);
    theirs.set(theirs.at(t_, stage_.m) + k.eps_peer * (k.rho * taught.step), t_, stage_.m);
  }
}

/// B *= 1 + per_share f + per_reach G, for every NGO.
void Life::change_budgets(const Trip& trip, float per_share, float per_reach) {
  if (terms(trip.leader, trip.host).duty == 0) return;
  for (std::size_t n = 0; n < stage_.ngos; ++n) {
    const float f = shares_[trip.campaign * stage_.ngos + n];
    const float G = stage_.reach(static_cast<Eigen::Index>(n), trip.host.index);
    const float changed = budget(n) * (1.0f + per_share * f + per_reach * G);
    budget_gains_[n].set(changed - stage_.B0[n], t_, stage_.B);
  }
  budgets_changed_ = true;
}

void Life::change_norm(float x) {
  if (x != 0) norm_.set(nudge_norm(norm(), x) - stage_.k.nu_bar, t_, stage_.nu);
}

void Life::bound_norm() {
  const float nu = norm();
  if (nu < 0 || nu > 2) norm_.set(min(max(nu, 0.0f), 2.0f) - stage_.k.nu_bar, t_, stage_.nu);
}

void Life::change_delta(LeaderId l, HostId h, float by) {
  Tie& tie = this->tie(l, h);
  tie.delta.set(tie.delta.at(t_, stage_.delta) + by, t_, stage_.delta);
  strained_.push_back(&tie);
}

// --- what is, now ----------------------------------------------------------------------------------

float Life::resolve(HostId h) {
  HostStocks& host = hosts_[h.index];
  if (!host.drawn) {
    const RegionId r = stage_.region_of[h.index];
    const Words region = luck_->draw({0, 0, stage_.region_place[r.index], Occasion::resolve});
    const bool change = host.changed >= 0;
    const Words own = luck_->draw({change ? host.changed : 0, 0, stage_.host_place[h.index], Occasion::resolve});
    const std::uint32_t w = own[change ? word::after_change : word::at_start];
    host.resolve =
        stage_.k.common * normal_quantile(uniform(region[word::at_start])) + stage_.k.own * normal_quantile(uniform(w));
    host.drawn = true;
  }
  return host.resolve;
}

Belief<float> Life::belief(LeaderId l, HostId h) {
  const Tie& x = tie(l, h);
  const float m = x.m.at(t_, stage_.m);
  if (stage_.k.sigma_u == 0) return {m, 0};
  return {m, max(1.0f - x.learned.at(t_, stage_.share), 0.0f)};
}

void Life::believe_from_now(LeaderId l, HostId h, Belief<float> b) {
  Tie& x = tie(l, h);
  x.m.set(b.m, t_, stage_.m);
  x.learned.set(1.0f - b.share, t_, stage_.share);
}

float Life::compliance(LeaderId l, HostId h, float resolve, float cover) {
  const HostTerms& fixed = terms(l, h);
  const HostStocks& host = hosts_[h.index];
  return compliance_index<float>({fixed.fixed, fixed.duty, norm(), host.findings.at(t_, stage_.F),
                                  host.pressure.at(t_, stage_.p), resolve, delta(l, h), cover},
                                 stage_.k);
}

float Life::pi_arrest(LeaderId l, HostId h, bool order, float cover) {
  const float duty = terms(l, h).duty;
  if (duty == 0) return 0;
  const Belief<float> b = belief(l, h);
  const float c = compliance(l, h, b.mean(lesson_of_region(l, h)), cover);
  return duty * expected_logistic(arrest_logit(c, order ? 1.0f : 0.0f, stage_.k), sqrt(b.variance(stage_.k)));
}

float Life::pi_refuse(const Trip& trip) {
  const Belief<float> b = belief(trip.leader, trip.host);
  const float c = compliance(trip.leader, trip.host, b.mean(lesson_of_region(trip.leader, trip.host)), trip.cover);
  const float logit = refusal_logit(c, trip.order ? 1.0f : 0.0f, stage_.k);
  return expected_logistic(logit, sqrt(b.variance(stage_.k))) * (1.0f - trip.bound);
}

float Life::p_arrest(LeaderId l, HostId h, bool order, float cover) {
  const float duty = terms(l, h).duty;
  if (duty == 0) return 0;
  return duty * logistic(arrest_logit(compliance(l, h, resolve(h), cover), order ? 1.0f : 0.0f, stage_.k));
}

void Life::note(Note::Kind kind, const Trip& trip, std::array<float, 6> numbers) {
  if (!diary_) return;
  const bool event = trip.rank < bilateral_rank;
  diary_->push_back({kind, t_, trip.leader, trip.host, static_cast<std::int16_t>(event ? trip.rank : -1),
                     trip.rank == second_stop_rank, numbers});
}

void Life::witness(Moment::Kind kind, const Trip& trip, std::uint32_t word, std::array<float, 4> used) {
  if (!moments_) return;
  const LeaderId l = trip.leader;
  const HostId h = trip.host;
  const Belief<float> b = belief(l, h);
  const HostStocks& host = hosts_[h.index];
  moments_->push_back({kind,
                       t_,
                       trip.decision,
                       l,
                       h,
                       trip.V,
                       trip.lead,
                       trip.bound,
                       trip.cover,
                       trip.order ? 1.0f : 0.0f,
                       norm(),
                       host.findings.at(t_, stage_.F),
                       host.pressure.at(t_, stage_.p),
                       resolve(h),
                       delta(l, h),
                       isolation(l),
                       b.mean(lesson_of_region(l, h)),
                       sqrt(b.variance(stage_.k)),
                       word,
                       used});
}

/// Anew where a period begins, since hosts may have come under a duty or left it.
void Life::sum_pressure() {
  total_pressure_ = {};
  for (const HostId h : pressured_)
    if (period_->has_duty[h.index]) total_pressure_.kept += hosts_[h.index].pressure.kept;
}

void Life::record_week() {
  const auto t = static_cast<std::size_t>(t_), T = static_cast<std::size_t>(stage_.weeks());
  history_.nu[t] = norm();
  history_.pressure[t] = total_pressure_.at(t_, stage_.p) * period_->per_host_with_duty;
  for (std::uint16_t l = 0; l < stage_.leaders; ++l) history_.isolation[l * T + t] = isolation({l});
  for (std::size_t n = 0; n < stage_.ngos; ++n)
    history_.budget[n * T + t] =
        stage_.B0[n] > 0 ? 1.0f + budget_gains_[n].kept * (stage_.B.left(t_) * stage_.per_B0[n]) : 0.0f;
  history_.weight[t] = manner_.weighed ? leaders_[manner_.weighed->index].weight : 1;
}

}  // namespace agents
