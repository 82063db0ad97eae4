// 4. Departure: the leader looks once more, flies, and is arrested or not.
#pragma once
#include "sim/batch/state.hpp"

namespace sim::batch {

template <class L>
void Block<L>::departures(int l) {
  each_open_place(l, [&](int place) {
    if (!is_event(place) || s_.events[place].start == t_) depart(l, place);
  });
  void_places(l);
}

/// The trips of a leader who has been arrested.
template <class L>
void Block<L>::void_places(int l) {
  bool taken = false;
  for (int r = 0; r < b_.count; ++r) taken = taken || b_.free[l * R + r] == 0;
  if (!taken) return;
  each_open_place(l, [&](int place) {
    List left = list(
        [&](int r) { return b_.free[l * R + r] == 0 && b_.active[place * R + r] != 0 && b_.fate[place * R + r] == 0; });
    serve(left, [&](Int r, Mask here) { settle(group(l, place, r, here), here, agents::Outcome::void_); });
  });
}

template <class L>
void Block<L>::depart(int l, int place) {
  const agents::Coefficients& k = s_.k;
  List due = list([&](int r) {
    const int row = place * R + r;
    return b_.active[row] != 0 && b_.departs[row] == t_ && b_.fate[row] == 0 && b_.free[l * R + r] != 0;
  });
  serve(due, [&](Int r, Mask here) {
    const Group g = group(l, place, r, here);
    const TripTerms t = trip(g);
    const Real ordered = order(g);
    const LeaderView& now = terms(l);
    learn_from_refusal(g, here, Real(0.0f), pi_refuse(g, ordered, t), 1.0f - k.rho);  // the invitation has held

    const Words standing = draw(g, agents::Occasion::standing);
    const Real a = alliance(g);
    const Real pi = pi_arrest(g, ordered, t.cover);
    const agents::Prospect<Real> prospect{
        t.V, a, isolation(l, r, here), of_host(now.hours, g), of_host(now.exposure, g), pi};
    const Real U_go = agents::utility_of_going(prospect, Real(s_.Lambda[l]), k);
    const Real U_delegate = agents::utility_of_delegating(t.V, a, k);
    const Mask routed = of_host(now.route, g) > Real(0.0f);
    const Real p_stay = select(routed, agents::p_stay_home(U_go, U_delegate, k), Real(1.0f));
    const Real p_here = p_arrest(g, ordered, t.cover);
    const Mask stays = here & L::happens(standing[agents::word::stay_home], p_stay);
    settle(g, stays, agents::Outcome::stays_home);

    const Mask going = and_not(here, stays);
    const Words visit = any(going) ? draw(g, agents::Occasion::visit) : standing;
    const Mask landed_elsewhere = divert(g, visit, going, of_host(now.p_divert, g));
    const Mask taken_there = landed_elsewhere & set(L::gather_int(b_.extra, g.at, here, Int(0)) & Int(2));
    const bool weighed = b_.weighed == l;
    const Mask arrives = and_not(going, taken_there);
    const Mask taken = weighed ? and_not(here, here) : arrives & L::happens(standing[agents::word::arrest], p_here);
    const Mask arrested = taken | taken_there;
    const Mask visits = and_not(going, arrested);
    const Real suit = L::gather(b_.suit, g.at, here, Real(0.0f));
    const Real p_late =
        of_host(now.duty, g) * agents::p_order(of_host(period_->suit_rate, g), suit, t.days / Real(7.0f));
    const Mask under_order = (ordered > Real(0.0f)) | L::happens(visit[agents::word::suit_during_stay], p_late);
    const Mask cut = visits & under_order & L::happens(visit[agents::word::cut_short], Real(k.xi));
    const Mask finding = going & L::happens(visit[agents::word::finding], Real(k.zeta));
    const Int extra = L::gather_int(b_.extra, g.at, here, Int(0));
    L::scatter_int(b_.extra, g.at, (extra & Int(2)) | select(finding, Int(1), Int(0)), going);
    L::scatter(b_.pi_look, g.at, pi, here);

    std::int32_t rs[L::width];
    float pis[L::width], ps[L::width], hours[L::width], detours[L::width], days[L::width];
    L::store_int(rs, r);
    L::store(pis, pi);
    L::store(ps, p_here);
    L::store(hours, of_host(now.hours, g));
    L::store(detours, of_host(now.detour_hours, g));
    L::store(days, select(cut, Real(0.5f) * t.days, t.days));
    const std::uint32_t leaves = bits(going), stayed = bits(visits), took = bits(arrested);
    for (std::uint32_t left = bits(here); left != 0; left &= left - 1) {
      const int i = __builtin_ctz(left), row = place * R + rs[i];
      agents::Decision& d = b_.decisions[rs[i] * b_.most_decisions + b_.row[row]];
      d.reached = true;
      d.pi_arrest = pis[i];
      d.p_arrest = ps[i];
      if ((leaves >> i & 1) == 0) continue;
      d.hours = hours[i];
      d.detour_hours = detours[i];
      d.hazard = 1.0f - (1.0f - d.hazard) * (1.0f - ps[i]);
      if ((stayed >> i & 1) != 0) d.days = days[i];
      if ((took >> i & 1) != 0) b_.free[l * R + rs[i]] = 0;
    }
    settle(g, visits & cut, agents::Outcome::cut_short);
    settle(g, and_not(visits, cut), agents::Outcome::visited);
    settle(g, arrested, agents::Outcome::arrested);
    if (!weighed) return;
    for (std::uint32_t left = leaves; left != 0; left &= left - 1) {
      const int rep = rs[__builtin_ctz(left)];
      const agents::Decision& d = b_.decisions[rep * b_.most_decisions + b_.row[place * R + rep]];
      b_.weight[l * R + rep] *= 1.0 - static_cast<double>(d.hazard);
    }
  });
}

/// An emergency landing in a state with a duty, which decides for itself; without an arrest the leader flies on. Where
/// it happens.
template <class L>
typename Block<L>::Mask Block<L>::divert(const Group& g, const Words& visit, Mask going, Real p_divert) {
  const Mask diverted = going & L::happens(visit[agents::word::divert], p_divert);
  L::scatter_int(b_.extra, g.at, Int(0), g.here);
  L::scatter_int(b_.diverted_to, g.at, Int(-1), g.here);
  if (!any(diverted)) return diverted;
  const LeaderView& now = terms(g.leader);
  const Words words = draw(g, agents::Occasion::diversion);
  std::int32_t rs[L::width], to[L::width], hosts[L::width], chance[L::width];
  L::store_int(rs, g.r);
  L::store_int(hosts, g.host);
  L::store_int(chance, words[agents::word::divert_to]);
  for (int i = 0; i < L::width; ++i) to[i] = 0;
  for (std::uint32_t left = bits(diverted); left != 0; left &= left - 1) {
    const int i = __builtin_ctz(left);
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
  }
  Group there = g;
  there.here = diverted;
  there.host = L::load_int(to);
  there.tie = tie_row(g.leader, there.host, g.r);
  const Real p = p_arrest(there, Real(0.0f), Real(0.0f));
  const Real pi = pi_arrest(there, Real(0.0f), Real(0.0f));
  const bool weighed = b_.weighed == g.leader;
  const Mask taken =
      weighed ? and_not(diverted, diverted) : diverted & L::happens(words[agents::word::arrest_there], p);
  L::scatter_int(b_.diverted_to, g.at, there.host, diverted);
  L::scatter(b_.pi_diverted, g.at, pi, diverted);
  L::scatter_int(b_.extra, g.at, Int(2), taken);
  float ps[L::width];
  L::store(ps, p);
  for (std::uint32_t left = bits(diverted); left != 0; left &= left - 1) {
    const int i = __builtin_ctz(left);
    b_.decisions[rs[i] * b_.most_decisions + b_.row[g.place * R + rs[i]]].hazard = ps[i];
  }
  return diverted;
}

}  // namespace sim::batch
