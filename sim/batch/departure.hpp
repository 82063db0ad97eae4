// 4. Departure: the leader looks once more, flies, and is arrested or not.
#pragma once
#include "sim/batch/state.hpp"

namespace sim::batch {

template <class L>
void Block<L>::departures(int l) {
  in_turn(
      l, [&](int place) { return b_.due[place] & b_.free[l]; },
      [&](int place, const Set& turn) { b_.settled[place] |= turn; },
      [&](int n) { serve(b_.list, n, [&](int, Int trip, Mask here) { depart(group(l, trip, here)); }); });
  void_places(l);
}

/// The trips of a leader who has been arrested.
template <class L>
void Block<L>::void_places(int l) {
  if (!any(b_.all & ~b_.free[l])) return;
  serve_all(
      l, [&](int place) { return b_.active[place] & ~b_.settled[place] & ~b_.free[l]; },
      [&](const Group& g) { settle(g, agents::Outcome::void_, Real(0.0f)); });
}

template <class L>
void Block<L>::depart(const Group& g) {
  namespace word = agents::word;
  using agents::Outcome;
  const agents::Coefficients& k = s_.k;
  const Mask here = g.here;
  const Real zero(0.0f), one(1.0f);
  const Terms trip = terms_of_trip(g);
  Four course = course_of(g);
  const Int decision = bits_of(course[course::row]);
  const Real V = g.what[trip::V];
  Ground at = ground(g);
  know(g, at);
  const Four way = terms_of(g, terms::hours);  // hours, exposure, p_divert, route
  const Mask duty = here & (at.law[terms::duty] > zero);

  // The invitation has held.
  const Real nu = norm(g.r), region = lesson_of_region(g, at);
  learn_from_refusal(at, region, here, zero, pi_refuse(at, idea_of_compliance(at, nu, region, trip.cover), trip));
  keep_tie(g, at, here);

  const Words standing = draw(g, agents::Occasion::standing);
  const Real a = alliance(at);
  Real pi = zero, p_here = zero;
  if (any(duty)) {
    pi = pi_arrest(at, idea_of_compliance(at, nu, region, trip.cover), trip.order);
    p_here = p_arrest(at, compliance(at, nu, at.host[state::resolve], trip.cover), trip.order);
  }
  const agents::Prospect<Real> prospect{V, a, isolation(g.leader, g.r), way[0], way[1], pi};
  const Real U_go = agents::utility_of_going(prospect, Real(s_.Lambda[g.leader]), k);
  const Real U_delegate = agents::utility_of_delegating(V, a, k);
  const Mask routed = way[3] > zero;
  const Real p_stay = select(routed, agents::p_stay_home(U_go, U_delegate, k), one);
  const Mask stays = here & L::happens(standing[word::stay_home], p_stay);
  const Mask going = and_not(here, stays), nobody = and_not(here, here);

  // What may happen on the way and on the ground; most groups have nothing to draw for.
  const Mask ordered = trip.order > zero, flown_over = going & (way[2] > zero);
  const bool weighed = b_.weighed == g.leader;
  Diversion diversion{nobody, nobody, zero};
  Mask cut = nobody, arrested = nobody;
  Int fate(1 + static_cast<int>(Outcome::visited)), outcome(static_cast<int>(Outcome::visited));
  if (any((going & (duty | ordered)) | flown_over)) {
    const Words visit = draw(g, agents::Occasion::visit);
    if (any(flown_over)) diversion = divert(g, going & L::happens(visit[word::divert], way[2]), decision);
    const Mask taken = weighed ? nobody : and_not(going, diversion.taken) & L::happens(standing[word::arrest], p_here);
    arrested = taken | diversion.taken;
    const Real p_late = at.law[terms::duty] *
                        agents::p_order(terms_of(g, terms::suit_rate)[0], course[course::suit], trip.days / Real(7.0f));
    const Mask under_order = ordered | L::happens(visit[word::suit_during_stay], p_late);
    cut = and_not(going, arrested) & under_order & L::happens(visit[word::cut_short], Real(k.xi));
    const Mask finding = going & duty & L::happens(visit[word::finding], Real(k.zeta));
    const auto instead = [&](Mask which, Outcome o) {
      fate = select(which, Int(1 + static_cast<int>(o)), fate);
      outcome = select(which, Int(static_cast<int>(o)), outcome);
    };
    instead(cut, Outcome::cut_short);
    instead(arrested, Outcome::arrested);
    const auto also = [&](Mask which, std::int32_t flag) { fate = fate | select(which, Int(flag), Int(0)); };
    also(finding, course::finding);
    also(diversion.where, course::diverted);
    also(diversion.taken, course::taken_there);
  }
  fate = select(stays, Int(1 + static_cast<int>(Outcome::stays_home)), fate);
  outcome = select(stays, Int(static_cast<int>(Outcome::stays_home)), outcome);
  course[course::pi] = pi;
  course[course::fate] = from_bits(fate);
  keep_course(g.trip, course, here);

  const Mask at_risk = duty | diversion.where;
  const Int out = this->out(g, outcome, Int(t_), ordered, duty) |
                  select(at_risk, Int(decided::reached | decided::has_chances), Int(decided::reached));
  const Real hazard = select(going, one - (one - diversion.p) * (one - p_here), zero);
  L::scatter_int(b_.decisions.out, decision, out, here);
  L::store_four(b_.decisions.chances, times(decision, chances::words), {{pi, p_here, hazard, zero}}, at_risk);
  if (b_.weighed < 0 && !any(arrested)) return;

  std::int32_t rs[L::width], decisions[L::width];
  float hazards[L::width];
  L::store_int(rs, g.r);
  L::store_int(decisions, decision);
  L::store(hazards, hazard);
  each_lane(arrested, [&](int i) { b_.free[g.leader].remove(rs[i]); });
  if (b_.weighed < 0) return;
  each_lane(here, [&](int i) {
    double& weight = b_.weight[g.leader * R + rs[i]];
    b_.decisions.weights[2 * decisions[i] + 1] = weight;
    if (weighed) weight *= 1.0 - static_cast<double>(hazards[i]);
  });
}

/// An emergency landing in a state with a duty, which decides for itself; without an arrest the leader flies on.
template <class L>
typename Block<L>::Diversion Block<L>::divert(const Group& g, Mask diverted, Int row) {
  const Real zero(0.0f);
  const Diversion none{diverted, and_not(diverted, diverted), zero};
  if (!any(diverted)) return none;
  const LeaderView& now = of_leader(g.leader);
  const Words words = draw(g, agents::Occasion::diversion);
  std::int32_t to[L::width], hosts[L::width], chance[L::width], rows[L::width];
  L::store_int(hosts, g.host);
  L::store_int(chance, words[agents::word::divert_to]);
  L::store_int(rows, row);
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
    b_.decisions.when[rows[i]] |= (1 + to[i]) << 19;
  });
  Group there = g;
  there.here = diverted;
  there.host = L::load_int(to);
  there.state = state_of(there.host, g.r);
  Ground at = meet(there, terms_of(there, terms::fixed));
  know(there, at);
  keep_tie(there, at, diverted);
  const Real nu = norm(there.r), region = lesson_of_region(there, at);
  const Real p = p_arrest(at, compliance(at, nu, at.host[state::resolve], zero), zero);
  const Real pi = pi_arrest(at, idea_of_compliance(at, nu, region, zero), zero);
  const Mask taken = b_.weighed == g.leader ? none.taken : diverted & L::happens(words[agents::word::arrest_there], p);
  L::scatter_int(b_.diverted_to, g.trip, there.host, diverted);
  L::scatter(b_.pi_diverted, g.trip, pi, diverted);
  return {diverted, taken, select(diverted, p, zero)};
}

}  // namespace sim::batch
