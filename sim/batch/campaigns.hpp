// 2. Campaigns: NGOs divide their budgets among the trips to hosts with a duty; pressure, advocacy and suits follow.
#pragma once
#include "sim/batch/state.hpp"

namespace sim::batch {

template <class L>
void Block<L>::campaigns() {
  int slots = 0;
  for (int l = 0; l < s_.leaders; ++l) each_open_place(l, [&](int place) { slots += contest(l, place, slots); });
  if (slots > 0) {
    share_out_effort(slots);
    raise_pressure(slots);
  }
  advocate(slots);
  if (slots > 0) sue(slots);
}

/// Gives a place a slot if some announced trip in it goes to a host with a duty. 1 if it did.
template <class L>
int Block<L>::contest(int l, int place, int slot) {
  const float* duty = terms(l).duty;
  if (is_event(place) && duty[s_.events[place].host] == 0) return 0;
  bool some = false;
  for (int r = 0; r < b_.count; ++r) {
    const int row = place * R + r;
    const int host = is_event(place) ? s_.events[place].host : b_.host[row];
    const bool contested = b_.active[row] != 0 && duty[host] > 0;
    b_.at_host[slot * R + r] = contested ? host : -1;
    some = some || contested;
  }
  if (!some) return 0;
  b_.slot_of[place] = slot;
  b_.slot_place[slot] = place;
  b_.slot_leader[slot] = l;
  return 1;
}

template <class L>
template <class F>
void Block<L>::serve_slot(int slot, F f) {
  List contested = list([&](int r) { return b_.at_host[slot * R + r] >= 0; });
  serve(contested, [&](Int r, Mask here) { f(group(b_.slot_leader[slot], b_.slot_place[slot], r, here)); });
}

/// f: how each NGO divides its budget among the contested trips; the rest goes to advocacy.
template <class L>
void Block<L>::share_out_effort(int slots) {
  const agents::Coefficients& k = s_.k;
  for (int i = 0; i < s_.ngos * R; ++i) b_.totals[i] = b_.spent[i] = 0;
  for (int slot = 0; slot < slots; ++slot)
    serve_slot(slot, [&](const Group& g) {
      const TripTerms t = trip(g);
      const Real c = compliance(g, Real(0.0f), t.cover);
      const Real q_refuse = agents::logistic(agents::refusal_logit(c, order(g), k));
      for (int n = 0; n < s_.ngos; ++n) {
        const Real reach = L::gather(s_.reach, Int(n * s_.hosts) + g.host);
        const Real score = agents::campaign_score(reach, t.Z, q_refuse, Real(s_.omega[n]));
        L::scatter(b_.shares, Int((slot * s_.ngos + n) * R) + g.r, score, g.here);
        const Int total = Int(n * R) + g.r;
        L::scatter(b_.totals, total, L::gather(b_.totals, total) + score, g.here);
      }
    });
  for (int slot = 0; slot < slots; ++slot)
    serve_slot(slot, [&](const Group& g) {
      for (int n = 0; n < s_.ngos; ++n) {
        const Int row = Int((slot * s_.ngos + n) * R) + g.r, sum = Int(n * R) + g.r;
        const Real share = L::gather(b_.shares, row) / (Real(k.s_0) + L::gather(b_.totals, sum));
        L::scatter(b_.shares, row, share, g.here);
        L::scatter(b_.spent, sum, L::gather(b_.spent, sum) + share, g.here);
      }
    });
}

/// The efforts of all trips to one host are felt together, with the first of them.
template <class L>
void Block<L>::raise_pressure(int slots) {
  for (int slot = 0; slot < slots; ++slot)
    serve_slot(slot, [&](const Group& g) {
      const Real left = budget_left(g.r, g.here);
      Real effort(0.0f), suit(0.0f);
      for (int n = 0; n < s_.ngos; ++n) {
        const Real spent = L::gather(b_.shares, Int((slot * s_.ngos + n) * R) + g.r) * budget(n, g.r, g.here, left);
        effort = effort + spent * (Real(1.0f) - Real(s_.y[n]));
        suit = suit + spent * Real(s_.y[n]);
      }
      L::scatter(b_.suit, g.at, suit, g.here);
      Mask alone = g.here;
      for (int earlier = 0; earlier < slot; ++earlier) {
        const Int row = Int(earlier * R) + g.r;
        const Mask same = alone & (L::gather_int(b_.at_host, row, g.here, Int(-1)) == g.host);
        if (!any(same)) continue;
        L::scatter(b_.effort, row, L::gather(b_.effort, row) + effort, same);
        alone = and_not(alone, same);
      }
      const Int row = Int(slot * R) + g.r;
      L::scatter(b_.effort, row, effort, g.here);
      // Felt elsewhere: no host of its own any more, but still contested.
      L::scatter_int(b_.at_host, row, Int(s_.hosts), and_not(g.here, alone));
    });
  for (int slot = 0; slot < slots; ++slot)
    serve_slot(slot, [&](Group g) {
      g.here = g.here & (L::gather_int(b_.at_host, Int(slot * R) + g.r, g.here, Int(-1)) < Int(s_.hosts));
      if (!any(g.here)) return;
      const Int row = host_row(g);
      const Mask fresh = g.here & (L::gather_int(b_.pressure.since, row, g.here, Int(0)) < Int(0));
      const Real p = at(b_.pressure, row, g.here, s_.p_left);
      const Real effort = L::gather(b_.effort, Int(slot * R) + g.r, g.here, Real(0.0f));
      const Real raised = agents::raised_pressure(p, of_host(period_->civil_society, g), effort, s_.k);
      put(b_.pressure, row, g.here, raised);
      put(b_.total_pressure, g.r, g.here, at(b_.total_pressure, g.r, g.here, s_.p_left) + (raised - p));
      std::int32_t rs[L::width], hosts[L::width];
      L::store_int(rs, g.r);
      L::store_int(hosts, g.host);
      for (std::uint32_t left = bits(fresh); left != 0; left &= left - 1) {
        const int i = __builtin_ctz(left), r = rs[i];
        b_.pressured[b_.pressured_count[r]++ * R + r] = hosts[i];
      }
    });
}

/// What the budgets now spend on advocacy against what they spent on it at the start.
template <class L>
void Block<L>::advocate(int slots) {
  for (int first = 0; first < b_.count; first += L::width) {
    const Mask here = L::iota() < Int(b_.count - first);
    const Int r = Int(first) + L::iota();
    Real surplus = at(b_.surplus, r, here, s_.B_left);
    if (slots > 0) {
      const Real left = budget_left(r, here);
      for (int n = 0; n < s_.ngos; ++n)
        surplus = surplus - budget(n, r, here, left) * L::load(&b_.spent[n * R + first]);
    }
    change_norm(r, here, Real(s_.k.chi_adv) * surplus);
  }
}

template <class L>
void Block<L>::sue(int slots) {
  for (int slot = 0; slot < slots; ++slot)
    serve_slot(slot, [&](const Group& g) {
      const Mask open = g.here & (L::gather_int(b_.order, g.at, g.here, Int(1)) == Int(0));
      if (!any(open)) return;
      const Real suit = L::gather(b_.suit, g.at, g.here, Real(0.0f));
      const Real p = agents::p_order(of_host(period_->suit_rate, g), suit, Real(1.0f));
      const Words words = draw(g, agents::Occasion::standing);
      L::scatter_int(b_.order, g.at, Int(1), open & L::happens(words[agents::word::suit], p));
    });
}

}  // namespace sim::batch
