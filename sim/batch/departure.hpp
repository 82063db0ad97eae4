// 4. Departure: the leader looks once more, flies, and is arrested or not.
#pragma once
#include "sim/batch/state.hpp"

namespace sim::batch {

template <class L>
void Block<L>::departures(int l) {
  serve_in_turn(
      l, [&](int place) { return b_.due[place] & b_.free[l]; }, [&](const Group& g) { depart(g); });
  void_places(l);
}

/// The trips of a leader who has been arrested.
template <class L>
void Block<L>::void_places(int l) {
  if (b_.free[l] == b_.all) return;
  serve_all(
      l, [&](int place) { return b_.active[place] & ~b_.settled[place] & ~b_.free[l]; },
      [&](const Group& g) { settle(g, g.here, agents::Outcome::void_); });
}

template <class L>
void Block<L>::depart(const Group& g) {
  namespace word = agents::word;
  const agents::Coefficients& k = s_.k;
  const Mask here = g.here;
  const Terms trip = terms_of_trip(g);
  const Four last = trip_four(g, trip::days);
  const Real days = last[0], suit = last[1], V = g.what[trip::V];
  Ground at = ground(g);
  know(g, at);
  const Four way = terms_of(g, terms::hours);  // hours, exposure, p_divert, route
  const Mask duty = here & (at.law[terms::duty] > Real(0.0f));

  // The invitation has held.
  learn_from_refusal(g, at, here, Real(0.0f), pi_refuse(at, idea_of_compliance(g, at, trip.cover), trip));
  keep_tie(g, at, here);

  const Words standing = draw(g, agents::Occasion::standing);
  const Real a = alliance(at);
  Real pi(0.0f), p_here(0.0f);
  if (any(duty)) {
    pi = pi_arrest(at, idea_of_compliance(g, at, trip.cover), trip.order);
    p_here = p_arrest(at, compliance(g, at, at.host[state::resolve], trip.cover), trip.order);
  }
  const agents::Prospect<Real> prospect{V, a, isolation(g.leader, g.r), way[0], way[1], pi};
  const Real U_go = agents::utility_of_going(prospect, Real(s_.Lambda[g.leader]), k);
  const Real U_delegate = agents::utility_of_delegating(V, a, k);
  const Mask routed = way[3] > Real(0.0f);
  const Real p_stay = select(routed, agents::p_stay_home(U_go, U_delegate, k), Real(1.0f));
  const Mask stays = here & L::happens(standing[word::stay_home], p_stay);
  const Mask going = and_not(here, stays);

  // What may happen on the way and on the ground; most groups have nothing to draw for.
  const Mask ordered = trip.order > Real(0.0f);
  const Mask diverting = going & (way[2] > Real(0.0f));
  Mask taken_there = and_not(here, here), cut = taken_there, finding = taken_there;
  Words visit = standing;
  const bool eventful = any(going & (duty | ordered)) || any(diverting);
  if (eventful) visit = draw(g, agents::Occasion::visit);
  L::store_four(b_.trips, times(g.trip, trip::words) + Int(trip::diverted_to),
                {{from_bits(Int(-1)), Real(0.0f), Real(0.0f), Real(0.0f)}}, going);
  if (any(diverting)) taken_there = divert(g, visit, going, way[2]);
  const Mask arrives = and_not(going, taken_there);
  const bool weighed = b_.weighed == g.leader;
  const Mask taken = weighed ? and_not(here, here) : arrives & L::happens(standing[word::arrest], p_here);
  const Mask arrested = taken | taken_there, visits = and_not(going, arrested);
  if (eventful) {
    const Real p_late =
        at.law[terms::duty] * agents::p_order(terms_of(g, terms::suit_rate)[0], suit, days / Real(7.0f));
    const Mask under_order = ordered | L::happens(visit[word::suit_during_stay], p_late);
    cut = visits & under_order & L::happens(visit[word::cut_short], Real(k.xi));
    finding = going & duty & L::happens(visit[word::finding], Real(k.zeta));
    const Int extra = select(finding, Int(trip::finding), Int(0)) | select(taken_there, Int(trip::taken_there), Int(0));
    write(g, trip::extra, extra, going);
  }
  write(g, trip::pi, pi, here);

  // The decision; its hazard so far is that of the diversion.
  const Int record = times(times(g.r, b_.most_decisions) + bits_of(last[3]), decided::words) + Int(decided::out);
  Four out = L::load_four(b_.decisions, record);
  const Real hazard = out[3];
  out[1] = pi;
  out[2] = p_here;
  out[3] = select(going, Real(1.0f) - (Real(1.0f) - hazard) * (Real(1.0f) - p_here), hazard);
  L::store_four(b_.decisions, record, out, here);
  settle(g, stays, agents::Outcome::stays_home, true);
  settle(g, and_not(visits, cut), agents::Outcome::visited, true);
  settle(g, cut, agents::Outcome::cut_short, true);
  settle(g, arrested, agents::Outcome::arrested, true);
  std::int32_t rs[L::width];
  L::store_int(rs, g.r);
  each_lane(arrested, [&](int i) { b_.free[g.leader] &= ~(Set{1} << rs[i]); });
  if (!weighed) return;
  float hazards[L::width];
  L::store(hazards, out[3]);
  each_lane(going, [&](int i) { b_.weight[g.leader * R + rs[i]] *= 1.0 - static_cast<double>(hazards[i]); });
}

/// An emergency landing in a state with a duty, which decides for itself; without an arrest the leader flies on.
/// Returns where the leader was arrested there.
template <class L>
typename Block<L>::Mask Block<L>::divert(const Group& g, const Words& visit, Mask going, Real p_divert) {
  const Mask diverted = going & L::happens(visit[agents::word::divert], p_divert);
  if (!any(diverted)) return diverted;
  const LeaderView& now = of_leader(g.leader);
  const Words words = draw(g, agents::Occasion::diversion);
  std::int32_t rs[L::width], to[L::width], hosts[L::width], chance[L::width], rows[L::width];
  L::store_int(rs, g.r);
  L::store_int(hosts, g.host);
  L::store_int(chance, words[agents::word::divert_to]);
  L::store_int(rows, bits_of(trip_four(g, trip::days)[3]));
  for (int i = 0; i < L::width; ++i) to[i] = 0;
  each_lane(diverted, [&](int i) {
    const int begin = now.over_start[hosts[i]], end = now.over_start[hosts[i] + 1];
    double hours = 0;
    for (int o = begin; o < end; ++o) hours += now.over_hours[o];
    double ahead = hours * (static_cast<std::uint32_t>(chance[i]) * 0x1p-32);
    to[i] = now.over_host[end - 1];
    for (int o = begin; o < end; ++o) {
      if (ahead < now.over_hours[o]) {
        to[i] = now.over_host[o];
        break;
      }
      ahead -= now.over_hours[o];
    }
  });
  Group there = g;
  there.here = diverted;
  there.host = L::load_int(to);
  there.state = state_of(there.host, g.r);
  Ground at = ground(there);
  know(there, at);
  const Real cover(0.0f), order(0.0f);
  const Real p = p_arrest(at, compliance(there, at, at.host[state::resolve], cover), order);
  const Real pi = pi_arrest(at, idea_of_compliance(there, at, cover), order);
  const bool weighed = b_.weighed == g.leader;
  const Mask taken =
      weighed ? and_not(diverted, diverted) : diverted & L::happens(words[agents::word::arrest_there], p);
  write(g, trip::diverted_to, there.host, diverted);
  write(g, trip::pi_diverted, pi, diverted);
  float ps[L::width];
  L::store(ps, p);
  each_lane(diverted, [&](int i) {
    float* decision = &b_.decisions[(rs[i] * b_.most_decisions + rows[i]) * decided::words];
    decision[decided::hazard] = ps[i];
    reinterpret_cast<std::int32_t&>(decision[decided::when]) |= (1 + to[i]) << 19;
  });
  return taken;
}

}  // namespace sim::batch
