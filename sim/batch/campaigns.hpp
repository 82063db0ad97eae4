// 2. Campaigns: NGOs divide their budgets among the trips to hosts with a duty; pressure, advocacy and suits follow.
#pragma once
#include "sim/batch/state.hpp"

namespace sim::batch {

template <class L>
void Block<L>::campaigns() {
  Contest* contests = b_.contests;
  const int n = list_contests(contests);
  if (n > 0) {
    share_out_effort(contests, n);
    gather_efforts(contests, n);
    for (int i = 0; i < n; ++i) raise_pressure(contests[i]);
  }
  advocate(n > 0);
  for (int i = 0; i < n; ++i) sue(contests[i]);
}

/// Lists the announced trips to hosts with a duty as items, those of one replicate in the order of leaders and places.
/// A contest holds no replicate twice.
template <class L>
int Block<L>::list_contests(Contest* contests) {
  Set some = 0;
  const auto contested = [&](int l, int place) {
    if (!is_event(place)) return b_.active[place] & b_.bound[place];
    const bool duty = of_leader(l).terms[s_.events[place].host * terms::words + terms::duty] > 0;
    return duty ? b_.active[place] : Set{0};
  };
  const auto each = [&](auto f) {
    for (int l = 0; l < s_.leaders; ++l) each_open_place(l, [&](int place) { f(l, place); });
  };
  each([&](int l, int place) { some |= b_.waiting[place] = contested(l, place); });
  int n = 0, items = 0;
  while (some != 0) {
    Set seen = 0;
    some = 0;
    for (int l = 0; l < s_.leaders; ++l) {
      Contest& c = contests[n];
      c = {l, items, items};
      each_open_place(l, [&](int place) {
        const Set turn = b_.waiting[place] & ~seen;
        seen |= turn;
        b_.waiting[place] &= ~turn;
        some |= b_.waiting[place];
        c.end += L::list(turn, place * R, b_.contested + c.end);
      });
      if (c.begin == c.end) continue;
      for (int i = 0; i < L::width; ++i) b_.contested[c.end + i] = b_.contested[c.begin];
      items = c.end + L::width;
      ++n;
    }
  }
  return n;
}

/// Calls f(item, group).
template <class L>
template <class F>
void Block<L>::serve_contest(const Contest& c, F f) {
  for (int i = c.begin; i < c.end; i += L::width)
    f(i, group(c.leader, L::load_int(b_.contested + i), L::iota() < Int(c.end - i)));
}

/// f: how each NGO divides its budget among the contested trips; the rest goes to advocacy.
template <class L>
void Block<L>::share_out_effort(const Contest* contests, int contests_n) {
  const agents::Coefficients& k = s_.k;
  for (float* sums : {b_.totals, b_.spent})
    for (int i = 0; i < s_.ngos * R; i += L::width) L::store(sums + i, Real(0.0f));
  for (int i = 0; i < contests_n; ++i)
    serve_contest(contests[i], [&](int item, const Group& g) {
      const Terms trip = terms_of_trip(g);
      const Real c = compliance(g, ground(g), Real(0.0f), trip.cover);
      const Real q_refuse = agents::logistic(agents::refusal_logit(c, trip.order, k));
      Four reach{};
      for (int n = 0; n < s_.ngos; ++n) {
        if (n % 4 == 0) reach = L::load_four(s_.reach, times(g.host, s_.reach_words) + Int(n));
        const Real score = agents::campaign_score(reach[n % 4], g.what[trip::Z], q_refuse, Real(s_.omega[n]));
        L::store(b_.shares + n * b_.most_items + item, score);
        float* totals = b_.totals + n * R;
        L::scatter(totals, g.r, L::in_row(totals, g.r) + score, g.here);
      }
      L::scatter_int(b_.item_of, g.trip, Int(item) + L::iota(), g.here);
    });
  for (int i = 0; i < contests_n; ++i)
    serve_contest(contests[i], [&](int item, const Group& g) {
      for (int n = 0; n < s_.ngos; ++n) {
        float* score = b_.shares + n * b_.most_items + item;
        float* spent = b_.spent + n * R;
        const Real share = L::load(score) / (Real(k.s_0) + L::in_row(b_.totals + n * R, g.r));
        L::store(score, share);
        L::scatter(spent, g.r, L::in_row(spent, g.r) + share, g.here);
      }
    });
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
      write(g, trip::suit, suit, g.here);
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

template <class L>
void Block<L>::raise_pressure(const Contest& c) {
  serve_contest(c, [&](int item, Group g) {
    g.here = g.here & !(L::load_int(b_.at_host + item) < Int(0));
    if (!any(g.here)) return;
    Four host = L::load_four(b_.state, g.state);
    const Int known = bits_of(host[state::known]);
    const Mask fresh = g.here & ((known & Int(state::pressured)) == Int(0));
    const Real p = now(host[state::pressure], s_.p), civil_society = terms_of(g, terms::suit_rate)[1];
    const Real raised = agents::raised_pressure(p, civil_society, L::load(b_.effort + item), s_.k);
    host[state::pressure] = kept(raised, s_.p);
    host[state::known] = from_bits(known | Int(state::pressured));
    L::store_four(b_.state, g.state, host, g.here);
    const Real total = now(L::in_row(b_.total_pressure, g.r), s_.p) + (raised - p);
    L::scatter(b_.total_pressure, g.r, kept(total, s_.p), g.here);
    std::int32_t rs[L::width], hosts[L::width];
    L::store_int(rs, g.r);
    L::store_int(hosts, g.host);
    each_lane(fresh, [&](int i) { b_.pressured[b_.pressured_count[rs[i]]++ * R + rs[i]] = hosts[i]; });
  });
}

/// What the budgets now spend on advocacy against what they spent on it at the start.
template <class L>
void Block<L>::advocate(bool contested) {
  for (int first = 0; first < R; first += L::width) {
    const Int r = Int(first) + L::iota();
    Real surplus = now(L::load(b_.surplus + first), s_.B);
    if (contested)
      for (int n = 0; n < s_.ngos; ++n) {
        const Real budget = Real(s_.B0[n]) + now(L::load(b_.gain + n * R + first), s_.B);
        surplus = surplus - budget * L::load(b_.spent + n * R + first);
      }
    change_norm(r, r == r, Real(s_.k.chi_adv) * surplus);
  }
}

template <class L>
void Block<L>::sue(const Contest& c) {
  serve_contest(c, [&](int, const Group& g) {
    const Mask open = g.here & (terms_of_trip(g).order == Real(0.0f));
    if (!any(open)) return;
    const Real p = agents::p_order(terms_of(g, terms::suit_rate)[0], trip_four(g, trip::days)[1], Real(1.0f));
    const Int word = draw(g, agents::Occasion::standing)[agents::word::suit];
    write(g, trip::order, Real(1.0f), open & L::happens(word, p));
  });
}

}  // namespace sim::batch
