// A replicate that lives along a record: the record's opportunities instead of its own, the record's outcomes instead
// of drawn ones. An invitation stands, and is campaigned against, until its date; what the leader answered and whether
// the host has withdrawn in the meantime is carried as chances, so that its outcome is known to no part of the
// replicate before it is imposed. Its effects fall in the week of the date.
#include <algorithm>

#include "agents/court.hpp"
#include "agents/host.hpp"
#include "agents/life.hpp"
#include "agents/ngo.hpp"

namespace agents {
namespace {

template <class Places>
auto at_rank(Places& places, int rank) {
  return std::find_if(places.begin(), places.end(), [&](const auto& trip) { return trip.rank == rank; });
}

}  // namespace

void Life::morning(Luck& luck, Week t) {
  luck_ = &luck;
  t_ = t;
  period_ = &stage_.period(t);
  if (t == period_->when.from) sum_pressure();
  environment();
}

void Life::pose(const Posed& posed) {
  Trip trip;
  trip.leader = posed.leader;
  trip.host = posed.host;
  trip.rank = posed.rank;
  trip.place = posed.place;
  trip.V = posed.V;
  trip.Z = salience(posed.V, posed.participants);
  trip.lead = static_cast<float>(posed.departs - t_);
  trip.days = posed.days;
  trip.bound = posed.bound;
  trip.cover = posed.cover;
  trip.departs = posed.departs;
  trip.bilateral = posed.bilateral;
  sound(trip, draw(trip, Occasion::opening));
  const Weighed x = weigh(trip);
  trip.p_go = x.p.go;
  trip.p_delegate = x.p.go_or_delegate - x.p.go;
  announce(trip);
}

void Life::day() {
  campaigns();
  for (auto& places : trips_)
    for (Trip& trip : places) {
      if (trip.departs == t_) continue;
      const float c = compliance(trip.leader, trip.host, resolve(trip.host), trip.cover);
      const float logit = refusal_logit(c, trip.order ? 1.0f : 0.0f, stage_.k);
      trip.held *= 1.0 - static_cast<double>(weekly_withdrawal((1.0f - trip.bound) * logistic(logit), trip.lead));
    }
}

ByFate Life::face(Luck& luck, LeaderId l, int rank) {
  luck_ = &luck;
  const Coefficients& k = stage_.k;
  Trip& trip = *at_rank(trips_[l.index], rank);
  const HostId h = trip.host;
  trip.before = belief(l, h);
  learn_from_refusal(l, h, 0, pi_refuse(trip), 1.0f - k.rho);  // if the invitation has held
  const Prospect<float> prospect = look(trip);
  const float U_go = utility_of_going(prospect, stage_.Lambda[l.index], k);
  const float U_delegate = utility_of_delegating(trip.V, prospect.alliance, k);
  trip.p_stay = terms(l, h).route.exists ? p_stay_home(U_go, U_delegate, k) : 1.0f;
  trip.pi_arrest = prospect.pi_arrest;
  const float p_late = terms(l, h).duty * p_order(period_->suit_rate[h.index], trip.suit, trip.days / 7.0f);

  const double go = static_cast<double>(trip.p_go), stay = static_cast<double>(trip.p_stay);
  const double held = trip.held, flown = (1.0 - static_cast<double>(k.rec_lapse)) * go * held * (1.0 - stay);
  const double arrested = flown * static_cast<double>(p_arrest(l, h, trip.order, trip.cover));
  const double order = trip.order ? 1.0 : static_cast<double>(p_late);
  const double cut_short = (flown - arrested) * order * static_cast<double>(k.xi);
  // A trip made is on record, one not made only by chance.
  const double duty = static_cast<double>(terms(l, h).duty);
  const double rec = static_cast<double>(duty > 0 ? k.rec_duty : trip.bilateral ? k.rec_bilateral : k.rec_occasion);
  const double own_choice = rec * (held - flown), kept_away = rec * (1.0 - held);
  const double all = flown + own_choice + kept_away;
  return {(flown - arrested - cut_short) / all, cut_short / all, own_choice / all, kept_away / all, arrested / all};
}

void Life::impose(Luck& luck, LeaderId l, int rank, Fate fate) {
  luck_ = &luck;
  Trip& trip = *at_rank(trips_[l.index], rank);
  if (fate == Fate::kept_away) believe_from_now(l, trip.host, trip.before);
  Aftermath after{trip, Outcome::visited, 0, false, {}, {}};
  switch (fate) {
    case Fate::cut_short:
      after.outcome = Outcome::cut_short;
      after.trip.V = 0.5f * trip.V;
      after.trip.days = 0.5f * trip.days;
      [[fallthrough]];
    case Fate::visited:
      after.finding = happens(draw(trip, Occasion::visit)[word::finding], stage_.k.zeta);
      after.arrival = Stop{trip.host, trip.pi_arrest, false};
      break;
    case Fate::arrested:
      after.outcome = Outcome::arrested;
      after.arrival = Stop{trip.host, trip.pi_arrest, true};
      leaders_[l.index].free = false;
      break;
    case Fate::kept_away:
      after.outcome = Outcome::withdrawn;
      after.pi_refuse = pi_refuse(trip);
      break;
    case Fate::own_choice: {  // in proportion to what each way had of it
      const double go = static_cast<double>(trip.p_go), delegate = static_cast<double>(trip.p_delegate);
      const double stay = static_cast<double>(trip.p_stay), lapse = static_cast<double>(stage_.k.rec_lapse);
      const double stays = go * (stay + (1.0 - stay) * lapse);  // that the invitation held is common to all three
      const double at = (draw(trip, Occasion::standing)[word::stay_home] * 0x1p-32) * (1.0 - go + stays);
      after.outcome = at < stays ? Outcome::stays_home : at < stays + delegate ? Outcome::delegate : Outcome::skip;
      if (after.outcome != Outcome::stays_home) believe_from_now(l, trip.host, trip.before);
      break;
    }
  }
  waiting_.push_back(after);
  if (leaders_[l.index].free)
    trips_[l.index].erase(at_rank(trips_[l.index], rank));
  else
    trips_[l.index].clear();
}

void Life::become(const Life& other) {
  norm_ = other.norm_;
  hosts_ = other.hosts_;
  ties_ = other.ties_;
  regional_ = other.regional_;
  leaders_ = other.leaders_;
  budget_gains_ = other.budget_gains_;
  budgets_changed_ = other.budgets_changed_;
  surplus_ = other.surplus_;
  trips_ = other.trips_;
  pressured_ = other.pressured_;
  total_pressure_ = other.total_pressure_;
}

}  // namespace agents
