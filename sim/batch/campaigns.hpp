// 2. Campaigns: NGOs divide their budgets among the trips to hosts with a duty; pressure, advocacy and suits follow.
// Most replicates that have such a trip have one, and need no more than a single pass over it.
#pragma once
#include "sim/batch/state.hpp"

namespace sim::batch {

template <class L>
void Block<L>::campaigns() {
  for (int r = 0; r < R; r += L::width) L::store(b_.advocacy + r, now(L::load(b_.surplus + r), s_.B));
  const Contests n = list_contests();
  for (int i = 0; i < n.alone; ++i)
    serve_contest(b_.contests[i], [&](int item, const Group& g) { campaign_alone(item, g); });
  if (n.all > n.alone) {
    Contest* several = b_.contests + n.alone;
    share_out_effort(several, n.all - n.alone, n.several);
    gather_efforts(several, n.all - n.alone);
    for (int i = n.alone; i < n.all; ++i)
      serve_contest(b_.contests[i], [&](int item, const Group& g) {
        const Mask felt = g.here & !(L::load_int(b_.at_host + item) < Int(0));
        Four host = L::load_four(b_.state, g.state);
        if (any(felt)) raise_pressure(g, host, felt, L::load(b_.effort + item));
        sue(g, terms_of_trip(g).order, course_of(g)[course::suit]);
      });
  }
  // Advocacy: what the budgets now spend on it against what they spent on it at the start.
  for (int r = 0; r < R; r += L::width)
    L::store(b_.norm + r, nudged(L::load(b_.norm + r), Real(s_.k.chi_adv) * L::load(b_.advocacy + r)));
}

/// Lists the announced trips to hosts with a duty as items, those of one replicate in the order of leaders and places.
/// A contest holds no replicate twice.
template <class L>
typename Block<L>::Contests Block<L>::list_contests() {
  Set some{}, several{};
  for (int l = 0; l < s_.leaders; ++l)
    each_open_place(l, [&](int place) {
      const Set who = b_.active[place] & b_.bound[place];
      several |= some & who;
      some |= who;
      b_.waiting[place] = who;
    });
  int n = 0, items = 0;
  const auto list_one_each = [&](const Set& among) {  // at most one trip of each
    Set seen{}, more{};
    for (int l = 0; l < s_.leaders; ++l) {
      Contest& c = b_.contests[n];
      c = {l, items, items};
      each_open_place(l, [&](int place) {
        const Set turn = b_.waiting[place] & among & ~seen;
        seen |= turn;
        b_.waiting[place] &= ~turn;
        more |= b_.waiting[place] & among;
        c.end += list(turn, place * R, b_.contested + c.end);
      });
      if (c.begin == c.end) continue;
      for (int i = 0; i < L::width; ++i) b_.contested[c.end + i] = b_.contested[c.begin];
      items = c.end + L::width;
      ++n;
    }
    return any(more);
  };
  if (any(some & ~several)) list_one_each(~several);
  const int alone = n;
  while (any(several) && list_one_each(several)) {
  }
  return {alone, n, several};
}

/// Calls f(item, group).
template <class L>
template <class F>
void Block<L>::serve_contest(const Contest& c, F f) {
  for (int i = c.begin; i < c.end; i += L::width)
    f(i, group(c.leader, L::load_int(b_.contested + i), L::iota() < Int(c.end - i)));
}

/// The campaign about the only contested trip of its replicate: effort, pressure, advocacy and suit in one go.
template <class L>
void Block<L>::campaign_alone(int item, const Group& g) {
  const Terms trip = terms_of_trip(g);
  Ground at = ground(g);
  const Real c = compliance(at, norm(g.r), Real(0.0f), trip.cover);
  const Real q_refuse = agents::logistic(agents::refusal_logit(c, trip.order, s_.k));
  Real effort(0.0f), suit(0.0f), surplus = L::gather(b_.advocacy, g.r);
  Four reach{};
  for (int n = 0; n < s_.ngos; ++n) {
    if (n % 4 == 0) reach = L::load_four(s_.reach + n, times(g.host, s_.reach_words));
    const Real score = agents::campaign_score(reach[n % 4], g.what[trip::Z], q_refuse, Real(s_.omega[n]));
    const Real share = score / (Real(s_.k.s_0) + score), spent = share * budget(n, g.r);
    effort = effort + spent * (Real(1.0f) - Real(s_.y[n]));
    suit = suit + spent * Real(s_.y[n]);
    surplus = surplus - spent;
    L::store(b_.shares + n * b_.most_items + item, share);
  }
  L::scatter_int(b_.item_of, g.trip, Int(item) + L::iota(), g.here);
  L::scatter(b_.advocacy, g.r, surplus, g.here);
  L::scatter(b_.course + course::suit, times(g.trip, course::words), suit, g.here);
  raise_pressure(g, at.host, g.here, effort);
  sue(g, trip.order, suit);
}

/// f: how each NGO divides its budget among the contested trips; the rest goes to advocacy.
template <class L>
void Block<L>::share_out_effort(Contest* contests, int contests_n, const Set& several) {
  const agents::Coefficients& k = s_.k;
  for (float* sums : {b_.totals, b_.spent})
    for (int i = 0; i < s_.ngos * R; i += L::width) L::store(sums + i, Real(0.0f));
  for (int i = 0; i < contests_n; ++i)
    serve_contest(contests[i], [&](int item, const Group& g) {
      const Terms trip = terms_of_trip(g);
      const Real c = compliance(ground(g), norm(g.r), Real(0.0f), trip.cover);
      const Real q_refuse = agents::logistic(agents::refusal_logit(c, trip.order, k));
      Four reach{};
      for (int n = 0; n < s_.ngos; ++n) {
        if (n % 4 == 0) reach = L::load_four(s_.reach + n, times(g.host, s_.reach_words));
        const Real score = agents::campaign_score(reach[n % 4], g.what[trip::Z], q_refuse, Real(s_.omega[n]));
        L::store(b_.shares + n * b_.most_items + item, score);
        float* totals = b_.totals + n * R;
        L::scatter(totals, g.r, L::gather(totals, g.r) + score, g.here);
      }
      L::scatter_int(b_.item_of, g.trip, Int(item) + L::iota(), g.here);
    });
  for (int i = 0; i < contests_n; ++i)
    serve_contest(contests[i], [&](int item, const Group& g) {
      for (int n = 0; n < s_.ngos; ++n) {
        float* score = b_.shares + n * b_.most_items + item;
        float* spent = b_.spent + n * R;
        const Real share = L::load(score) / (Real(k.s_0) + L::gather(b_.totals + n * R, g.r));
        L::store(score, share);
        L::scatter(spent, g.r, L::gather(spent, g.r) + share, g.here);
      }
    });
  for (int r = 0; r < R; r += L::width) {
    const Mask here = L::mask_from_bits(several.bits(r));
    if (!any(here)) continue;
    const Real before = L::load(b_.advocacy + r);
    Real surplus = before;
    for (int n = 0; n < s_.ngos; ++n)
      surplus = surplus - budget(n, L::load(&b_.gain[n * R + r])) * L::load(b_.spent + n * R + r);
    L::store(b_.advocacy + r, select(here, surplus, before));
  }
}

/// The efforts of all trips to one host are felt together, with the first of them.
template <class L>
void Block<L>::gather_efforts(const Contest* contests, int contests_n) {
  for (int i = 0; i < contests_n; ++i)
    serve_contest(contests[i], [&](int item, const Group& g) {
      Real effort(0.0f), suit(0.0f);
      for (int n = 0; n < s_.ngos; ++n) {
        const Real spent = L::load(b_.shares + n * b_.most_items + item) * budget(n, g.r);
        effort = effort + spent * (Real(1.0f) - Real(s_.y[n]));
        suit = suit + spent * Real(s_.y[n]);
      }
      L::scatter(b_.course + course::suit, times(g.trip, course::words), suit, g.here);
      L::store(b_.effort + item, effort);
      L::store_int(b_.at_host + item, g.host);
    });
  for (int later = 1; later < contests_n; ++later)
    for (int j = contests[later].begin; j < contests[later].end; ++j)
      for (int earlier = 0; earlier < later && b_.at_host[j] >= 0; ++earlier)
        for (int i = contests[earlier].begin; i < contests[earlier].end; ++i) {
          if (b_.at_host[i] != b_.at_host[j] || ((b_.contested[i] ^ b_.contested[j]) & (R - 1)) != 0) continue;
          b_.effort[i] += b_.effort[j];
          b_.at_host[j] = -1;
          break;
        }
}

/// `host`: the host's four, as loaded.
template <class L>
void Block<L>::raise_pressure(const Group& g, Four& host, Mask which, Real effort) {
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
