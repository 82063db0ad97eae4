// 5. Aftermath: what the week's outcomes do to alliances, the norm, budgets and beliefs, in the order of the places.
#pragma once
#include "sim/batch/state.hpp"

namespace sim::batch {

template <class L>
void Block<L>::settle(const Group& g, Mask which, agents::Outcome outcome) {
  if (!any(which)) return;
  std::int32_t rs[L::width];
  float duty[L::width];
  L::store_int(rs, g.r);
  L::store(duty, of_host(terms(g.leader).duty, g));
  for (std::uint32_t left = bits(which); left != 0; left &= left - 1) {
    const int i = __builtin_ctz(left), row = g.place * R + rs[i];
    agents::Decision& d = b_.decisions[rs[i] * b_.most_decisions + b_.row[row]];
    d.outcome = outcome;
    d.week_out = static_cast<std::int16_t>(t_);
    d.order = b_.order[row] != 0;
    d.duty = duty[i] > 0;
    d.weight_out = b_.weight[g.leader * R + rs[i]];
    b_.fate[row] = 1 + static_cast<int>(outcome);
  }
}

template <class L>
void Block<L>::aftermath() {
  for (int l = 0; l < s_.leaders; ++l) each_open_place(l, [&](int place) { effects(l, place); });
  // Bounds, once the week's changes are all in.
  for (int l = 0; l < s_.leaders; ++l)
    each_open_place(l, [&](int place) {
      List settled = list([&](int r) { return b_.fate[place * R + r] != 0; });
      serve(settled, [&](Int r, Mask here) {
        const Group g = group(l, place, r, here);
        const Real x = L::gather(b_.delta.value, g.tie, here, Real(0.0f));
        L::scatter(b_.delta.value, g.tie, min(max(x, Real(-0.5f)), Real(0.5f)), here);
      });
      for (int i = 0; i < settled.size; ++i) {
        b_.active[place * R + settled.r[i]] = 0;
        b_.fate[place * R + settled.r[i]] = 0;
      }
    });
  bound_budgets();
}

template <class L>
void Block<L>::bound_budgets() {
  List changed = list([&](int r) { return b_.gain_since[r] == t_; });
  serve(changed, [&](Int r, Mask here) {
    Real surplus(0.0f);
    for (int n = 0; n < s_.ngos; ++n) {
      const float start = s_.B0[n];
      const Int row = Int(n * R) + r;
      const Real gain = L::gather(b_.gain, row, here, Real(0.0f));
      const Real bounded = min(max(gain, Real((s_.k.B_min - 1.0f) * start)), Real((s_.k.B_max - 1.0f) * start));
      L::scatter(b_.gain, row, bounded, here);
      surplus = surplus + bounded;
    }
    put(b_.surplus, r, here, surplus);
  });
}

template <class L>
void Block<L>::effects(int l, int place) {
  using agents::Outcome;
  const agents::Coefficients& k = s_.k;
  List settled = list([&](int r) { return b_.fate[place * R + r] != 0; });
  serve(settled, [&](Int r, Mask here) {
    const Group g = group(l, place, r, here);
    const TripTerms t = trip(g);
    const Int fate = L::gather_int(b_.fate, g.at, here, Int(0));
    const auto is = [&](Outcome o) { return here & (fate == Int(1 + static_cast<int>(o))); };
    const Mask duty = of_host(terms(l).duty, g) > Real(0.0f);
    const Mask cut = is(Outcome::cut_short), visits = is(Outcome::visited) | cut, arrested = is(Outcome::arrested);
    const Int extra = L::gather_int(b_.extra, g.at, here, Int(0));

    if (any(visits)) {
      const Real V = select(cut, Real(0.5f) * t.V, t.V);
      change_delta(g, visits, Real(k.g_visit) * V);
      const Real relief = Real(1.0f) - Real(k.g_tr) * min(V, Real(1.0f));
      put(b_.ease, Int(l * R) + r, visits, Real(1.0f) - isolation(l, r, here) * relief);
      put(b_.cooldown, g.tie, visits, Real(1.0f));
      const Mask defied = visits & duty;
      if (any(defied)) {
        change_norm(r, defied, Real(0.0f) - Real(k.chi_visit) * t.Z);
        change_budgets(g, defied, 0.0f - k.l_B, Real(k.o_B) * t.Z);
        const Mask finding = defied & set(extra & Int(1));
        const Int row = host_row(g);
        put(b_.findings, row, finding, at(b_.findings, row, here, s_.F_left) + Real(1.0f));
        change_norm(r, finding, Real(k.chi_find));
      }
    }
    const Mask stays = is(Outcome::stays_home), withdrawn = is(Outcome::withdrawn);
    const Real bound = of_host(terms(l).duty, g);
    if (any(stays)) {
      change_delta(g, stays, Real(0.0f) - Real(k.g_cancel) * t.V);
      change_norm(r, stays, Real(k.chi_stay) * t.Z * bound);
      change_budgets(g, stays & duty, k.g_B, Real(0.0f));
    }
    const Mask skips = is(Outcome::skip), delegates = is(Outcome::delegate);
    if (any(skips)) change_delta(g, skips, Real(0.0f) - Real(k.g_skip) * t.V);
    if (any(delegates)) change_delta(g, delegates, Real(-0.5f * k.g_skip) * t.V);
    if (any(withdrawn)) {
      change_delta(g, withdrawn, Real(0.0f) - Real(k.g_refuse) * t.V);
      change_norm(r, withdrawn, Real(k.chi_ref) * t.Z * bound);
      change_budgets(g, withdrawn & duty, k.g_B, Real(0.0f));
      put(b_.cooldown, g.tie, withdrawn, max(at(b_.cooldown, g.tie, here, s_.K_left), Real(0.5f)));
      const Real pi = L::gather(b_.pi_refuse, g.at, here, Real(0.0f));
      learn_from_refusal(g, withdrawn, Real(1.0f), pi, 1.0f - k.rho);
    }
    if (any(arrested)) {
      change_norm(r, arrested, Real(k.chi_arr));
      change_budgets(g, arrested & duty, k.g_B, Real(0.0f));
    }

    const Mask flew = visits | arrested;
    if (!any(flew)) return;
    const Mask taken_there = set(extra & Int(2));
    const Int elsewhere = L::gather_int(b_.diverted_to, g.at, flew, Int(-1));
    const Mask diverted = flew & !(elsewhere < Int(0));
    if (any(diverted)) {
      Group there = g;
      there.here = diverted;
      there.host = select(diverted, elsewhere, Int(0));
      there.tie = tie_row(l, there.host, r);
      const Real y = select(taken_there, Real(1.0f), Real(0.0f));
      learn_from_arrival(there, diverted, y, L::gather(b_.pi_diverted, g.at, here, Real(0.0f)));
    }
    const Mask arrived = and_not(flew, diverted & taken_there);
    const Real y = select(arrested, Real(1.0f), Real(0.0f));
    learn_from_arrival(g, arrived & duty, y, L::gather(b_.pi_look, g.at, here, Real(0.0f)));
  });
}

template <class L>
void Block<L>::learn_from_refusal(const Group& g, Mask which, Real y, Real pi, float part) {
  const agents::Belief<Real> old = belief(g);
  const Real region = lesson_of_region(g);
  const agents::Lesson<Real> taught = agents::lesson(old, y, pi, s_.k);
  believe_from_now(g, which, agents::believe(old.mean(region) + Real(part) * taught.step, taught.share, region));
}

/// A precedent in one host teaches about its region, and every other leader about it too.
template <class L>
void Block<L>::learn_from_arrival(const Group& g, Mask which, Real y, Real pi) {
  if (!any(which)) return;
  const agents::Belief<Real> old = belief(g);
  const Real region = lesson_of_region(g), mean = old.mean(region);
  const agents::Lesson<Real> taught = agents::lesson(old, y, pi, s_.k);
  const Real step = Real(s_.k.rho) * taught.step;
  put(b_.regional, region_row(g.leader, g), which, region + step);
  believe_from_now(g, which, agents::believe(mean + taught.step, taught.share, region + step));
  for (int peer = 0; peer < s_.leaders; ++peer) {
    if (peer == g.leader) continue;
    const Int row = region_row(peer, g);
    put(b_.regional, row, which, at(b_.regional, row, g.here, s_.m_left) + Real(s_.k.eps_peer) * step);
  }
}

/// B *= 1 + per_share f + per_reach G, for every NGO. `which` are trips to hosts with a duty.
template <class L>
void Block<L>::change_budgets(const Group& g, Mask which, float per_share, Real per_reach) {
  if (!any(which)) return;
  const Real left = budget_left(g.r, g.here);
  const int slot = b_.slot_of[g.place];
  for (int n = 0; n < s_.ngos; ++n) {
    const Real f = L::gather(b_.shares, Int((slot * s_.ngos + n) * R) + g.r, which, Real(0.0f));
    const Real G = L::gather(s_.reach, Int(n * s_.hosts) + g.host);
    const Real changed = budget(n, g.r, g.here, left) * (Real(1.0f) + Real(per_share) * f + per_reach * G);
    L::scatter(b_.gain, Int(n * R) + g.r, changed - Real(s_.B0[n]), which);
  }
  L::scatter_int(b_.gain_since, g.r, Int(t_), which);
}

template <class L>
void Block<L>::change_norm(Int r, Mask which, Real x) {
  const Mask moved = and_not(which, x == Real(0.0f));
  if (!any(moved)) return;
  put(b_.norm, r, moved, agents::nudge_norm(norm(r, which), x) - Real(s_.k.nu_bar));
}

template <class L>
void Block<L>::change_delta(const Group& g, Mask which, Real by) {
  put(b_.delta, g.tie, which, at(b_.delta, g.tie, g.here, s_.delta_left) + by);
}

template <class L>
void Block<L>::live() {
  for (t_ = 0; t_ < s_.weeks; ++t_) {
    period_ = &s_.period[t_];
    if (s_.new_period[t_]) sum_pressure();
    environment();
    for (int l = 0; l < s_.leaders; ++l) opportunities(l);
    campaigns();
    hosts();
    for (int l = 0; l < s_.leaders; ++l) departures(l);
    aftermath();
    record_week();
  }
  t_ = s_.weeks - 1;
  const int places = second_stop(s_.leaders);
  for (int place = 0, l = 0; place < places - 1; ++place) {
    if (is_event(place))
      while (place >= s_.first_event[l + 1]) ++l;
    else
      l = (place - s_.first_event[s_.leaders]) / 2;
    for (int r = 0; r < b_.count; ++r) {  // still announced: pending, as of the last week
      const int row = place * R + r;
      if (b_.active[row] == 0) continue;
      agents::Decision& d = b_.decisions[r * b_.most_decisions + b_.row[row]];
      const int host = is_event(place) ? s_.events[place].host : b_.host[row];
      d.order = b_.order[row] != 0;
      d.duty = terms(l).duty[host] > 0;
      d.weight_out = b_.weight[l * R + r];
    }
  }
}

}  // namespace sim::batch
