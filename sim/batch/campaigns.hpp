// 2. Campaigns: NGOs divide their budgets among the trips to hosts with a duty; pressure, advocacy and suits follow.
#pragma once
#include "sim/batch/state.hpp"

namespace sim::batch {

template <class L>
void Block<L>::campaigns() {
  for (int r = 0; r < R; r += L::width) L::store(b_.advocacy + r, now(L::load(b_.surplus + r), s_.B));
  Set some{}, several{};
  for (int l = 0; l < s_.leaders; ++l)
    each_open_place(l, [&](int place) {
      const Set who = b_.active[place] & b_.bound[place];
      several |= some & who;
      some |= who;
      b_.waiting[place] = who;
    });
  int items = 0;
  for (int l = 0; l < s_.leaders; ++l) {
    const Contest alone{l, items};
    std::int32_t* listed = b_.contested + items;
    int n = 0;
    each_open_place(l, [&](int place) { n += list(b_.waiting[place] & ~several, place * R, listed + n); });
    serve(listed, n, [&](int lane, Int, Mask here) { campaign(&alone, 1, lane, here); });
    items += n + L::width;
  }
  if (any(several)) {
    const int lanes = number(several), n = list_contests(several, lanes, items);
    for (int lane = 0; lane < lanes; lane += L::width) campaign(b_.contests, n, lane, L::iota() < Int(lanes - lane));
  }
  // Advocacy: what the budgets now spend on it against what they spent on it at the start.
  for (int r = 0; r < R; r += L::width)
    L::store(b_.norm + r, nudged(L::load(b_.norm + r), Real(s_.k.chi_adv) * L::load(b_.advocacy + r)));
}

/// Lists the contested trips of replicates that have several, as items from `begin` on: a lane for each replicate, a
/// contest for a leader's first trips, second trips, ... in the order of leaders and places; the number of contests.
template <class L>
int Block<L>::list_contests(const Set& several, int lanes, int begin) {
  std::int32_t lane_of[R];
  int lane = 0;
  each_member(several, [&](int r) { lane_of[r] = lane++; });
  const int stride = lanes + L::width;
  int n = 0;
  for (int l = 0; l < s_.leaders; ++l)
    for (;;) {
      const Contest c{l, begin + n * stride};
      std::int32_t* const listed = b_.contested + c.begin;
      Set seen{};
      int trip = 0;
      each_open_place(l, [&](int place) {
        const Set turn = b_.waiting[place] & several & ~seen;
        seen |= turn;
        b_.waiting[place] &= ~turn;
        each_member(turn, [&](int r) { listed[lane_of[r]] = trip = place * R + r; });
      });
      if (!any(seen)) break;
      each_member(several & ~seen, [&](int r) { listed[lane_of[r]] = ~trip; });
      for (int i = lanes; i < stride; ++i) listed[i] = ~trip;
      b_.contests[n++] = c;
    }
  return n;
}

/// The trips of a contest from a lane on.
template <class L>
typename Block<L>::Group Block<L>::contested(const Contest& c, int lane, Mask lanes) const {
  const Int listed = L::load_int(b_.contested + c.begin + lane);
  const Mask absent = listed < Int(0);
  return group(c.leader, select(absent, Int(-1) - listed, listed), and_not(lanes, absent));
}

/// The campaigns about all contested trips of some replicates, a lane each.
template <class L>
void Block<L>::campaign(const Contest* contests, int n, int lane, Mask lanes) {
  const agents::Coefficients& k = s_.k;
  const Real zero(0.0f);
  const auto of_ngo = [](float* scratch, int ngo) { return scratch + ngo * L::width; };
  const auto share_of = [this](int ngo, int item) { return b_.shares + ngo * b_.most_items + item; };
  Group g = contested(contests[0], lane, lanes);  // later, of the contest in hand
  Terms trip;
  Ground at;
  Int r = g.r;
  for (int ngo = 0; ngo < s_.ngos; ++ngo) L::store(of_ngo(b_.totals, ngo), zero);
  for (int c = 0; c < n; ++c) {
    const int item = contests[c].begin + lane;
    if (c > 0) g = contested(contests[c], lane, lanes);
    r = select(g.here, g.r, r);
    trip = terms_of_trip(g);
    at = ground(g);
    const Real q_refuse =
        agents::logistic(agents::refusal_logit(compliance(at, norm(g.r), zero, trip.cover), trip.order, k));
    Four reach{};
    for (int ngo = 0; ngo < s_.ngos; ++ngo) {
      if (ngo % 4 == 0) reach = L::load_four(s_.reach + ngo, times(g.host, s_.reach_words));
      const Real score = agents::campaign_score(reach[ngo % 4], g.what[trip::Z], q_refuse, Real(s_.omega[ngo]));
      L::store(share_of(ngo, item), score);
      float* total = of_ngo(b_.totals, ngo);
      L::store(total, L::load(total) + select(g.here, score, zero));
    }
    L::scatter_int(b_.item_of, g.trip, Int(item) + L::iota(), g.here);
    L::store_int(b_.at_host + item, select(g.here, g.host, Int(-1)));
  }

  // f: how each NGO divides its budget among the trips; the rest goes to advocacy.
  for (int ngo = 0; ngo < s_.ngos; ++ngo) {
    L::store(of_ngo(b_.budgets, ngo), budget(ngo, r));
    L::store(of_ngo(b_.spent, ngo), zero);
  }
  for (int c = 0; c < n; ++c) {
    const int item = contests[c].begin + lane;
    if (n > 1) g = contested(contests[c], lane, lanes);
    Real effort = zero, suit = zero;
    for (int ngo = 0; ngo < s_.ngos; ++ngo) {
      const Real share = L::load(share_of(ngo, item)) / (Real(k.s_0) + L::load(of_ngo(b_.totals, ngo)));
      const Real spent = share * L::load(of_ngo(b_.budgets, ngo));
      L::store(share_of(ngo, item), share);
      effort = effort + spent * (Real(1.0f) - Real(s_.y[ngo]));
      suit = suit + spent * Real(s_.y[ngo]);
      float* all = of_ngo(b_.spent, ngo);
      L::store(all, L::load(all) + select(g.here, share, zero));
    }
    L::scatter(b_.course + course::suit, times(g.trip, course::words), suit, g.here);
    L::store(b_.effort + item, effort);
  }
  Real surplus = L::gather(b_.advocacy, r);
  for (int ngo = 0; ngo < s_.ngos; ++ngo)
    surplus = surplus - L::load(of_ngo(b_.budgets, ngo)) * L::load(of_ngo(b_.spent, ngo));
  L::scatter(b_.advocacy, r, surplus, lanes);

  gather_efforts(contests, n, lane);
  for (int c = 0; c < n; ++c) {
    const int item = contests[c].begin + lane;
    if (n > 1) {
      g = contested(contests[c], lane, lanes);
      trip = terms_of_trip(g);
      at.host = L::load_four(b_.state, g.state);
    }
    const Mask felt = g.here & (Int(-1) < L::load_int(b_.at_host + item));
    if (any(felt)) raise_pressure(g, at.host, felt, L::load(b_.effort + item));
    sue(g, trip.order, L::gather(b_.course + course::suit, times(g.trip, course::words)));
  }
}

/// The efforts of all trips to one host are felt together, with the first of them.
template <class L>
void Block<L>::gather_efforts(const Contest* contests, int n, int lane) {
  for (int later = 1; later < n; ++later) {
    std::int32_t* const later_host = b_.at_host + contests[later].begin + lane;
    const Real effort = L::load(b_.effort + contests[later].begin + lane);
    Int host = L::load_int(later_host);
    for (int earlier = 0; earlier < later; ++earlier) {
      const int item = contests[earlier].begin + lane;
      const Mask same = (Int(-1) < host) & (host == L::load_int(b_.at_host + item));
      const Real felt = L::load(b_.effort + item);
      L::store(b_.effort + item, select(same, felt + effort, felt));
      host = select(same, Int(-1), host);
    }
    L::store_int(later_host, host);
  }
}

/// `host`: the host's four, as loaded.
template <class L>
void Block<L>::raise_pressure(const Group& g, Four host, Mask which, Real effort) {
  const Int known = bits_of(host[state::known]);
  const Mask fresh = which & ((known & Int(state::pressured)) == Int(0));
  const Real p = now(host[state::pressure], s_.p), civil_society = terms_of(g, terms::suit_rate)[1];
  const Real raised = agents::raised_pressure(p, civil_society, effort, s_.k);
  host[state::pressure] = kept(raised, s_.p);
  host[state::known] = from_bits(known | Int(state::pressured));
  L::store_four(b_.state, g.state, host, which);
  const Real total = now(L::gather(b_.total_pressure, g.r), s_.p) + (raised - p);
  L::scatter(b_.total_pressure, g.r, kept(total, s_.p), which);
  if (!any(fresh)) return;
  std::int32_t rs[L::width], hosts[L::width];
  L::store_int(rs, g.r);
  L::store_int(hosts, g.host);
  each_lane(fresh, [&](int i) { b_.pressured[b_.pressured_count[rs[i]]++ * R + rs[i]] = hosts[i]; });
}

template <class L>
void Block<L>::sue(const Group& g, Real order, Real suit) {
  const Mask open = g.here & (order == Real(0.0f));
  if (!any(open)) return;
  const Real p = agents::p_order(terms_of(g, terms::suit_rate)[0], suit, Real(1.0f));
  const Int word = draw(g, agents::Occasion::standing)[agents::word::suit];
  std::int32_t trips[L::width];
  L::store_int(trips, g.trip);
  each_lane(open & L::happens(word, p), [&](int i) { b_.ordered[trips[i] / R].add(trips[i] % R); });
}

}  // namespace sim::batch
