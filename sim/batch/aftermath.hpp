// 5. Aftermath: what the week's outcomes do to alliances, the norm, budgets and beliefs, in the order of the places.
#pragma once
#include "sim/batch/state.hpp"

namespace sim::batch {

/// Writes into the decision, its row given, how a trip ended that did not depart.
template <class L>
void Block<L>::conclude(const Group& g, Int row, agents::Outcome outcome, std::int32_t week) const {
  const Mask duty = terms_of(g, terms::fixed)[terms::duty] > Real(0.0f);
  const Int out = this->out(g, Int(static_cast<int>(outcome)), Int(week), in(b_.ordered, g.trip), duty);
  L::scatter_int(b_.decisions.out, row, out, g.here);
  if (b_.weighed < 0) return;
  std::int32_t rs[L::width], rows[L::width];
  L::store_int(rs, g.r);
  L::store_int(rows, row);
  each_lane(g.here, [&](int i) { b_.decisions.weights[2 * rows[i] + 1] = b_.weight[g.leader * R + rs[i]]; });
}

/// Trips that end before they depart; `pi` is what the leader thought of a refusal.
template <class L>
void Block<L>::settle(const Group& g, agents::Outcome outcome, Real pi) {
  Four course = course_of(g);
  conclude(g, bits_of(course[course::row]), outcome, t_);
  course[course::pi] = pi;
  course[course::fate] = from_bits(Int(1 + static_cast<int>(outcome)));
  keep_course(g.trip, course, g.here);
  std::int32_t trips[L::width];
  L::store_int(trips, g.trip);
  each_lane(g.here, [&](int i) { b_.settled[trips[i] / R].add(trips[i] % R); });
}

template <class L>
void Block<L>::aftermath() {
  changed_budgets_ = {};
  for (int l = 0; l < s_.leaders; ++l) {
    Set some{}, again{};
    each_open_place(l, [&](int place) {
      again |= some & b_.settled[place];
      some |= b_.settled[place];
    });
    if (!any(some)) continue;
    in_turn(
        l, [&](int place) { return b_.settled[place]; }, [](int, const Set&) {},
        [&](int n) {
          int more = 0;
          serve(b_.list, n, [&](int, Int trip, Mask here) {
            more += L::pack(b_.under_duty + more, trip, effects(group(l, trip, here), again));
          });
          serve(b_.under_duty, more, [&](int, Int trip, Mask here) { effects_under_duty(group(l, trip, here)); });
        });
    // The bounds of alliances, where two changes of a week must both be in.
    float* delta = ties_of(l) + state::delta;
    serve_all(
        l, [&](int place) { return b_.settled[place] & again; },
        [&](const Group& g) { L::scatter(delta, g.state, bounded_delta(L::gather(delta, g.state)), g.here); });
    each_open_place(l, [&](int place) {
      b_.active[place] &= ~b_.settled[place];
      b_.settled[place] = {};
    });
  }
  bound_budgets();
  if (s_.norm_overshoots) bound_norm();
}

template <class L>
void Block<L>::bound_budgets() {
  if (!any(changed_budgets_)) return;
  for (int first = 0; first < R; first += L::width) {
    const Mask here = L::mask_from_bits(changed_budgets_.bits(first));
    if (!any(here)) continue;
    Real surplus(0.0f);
    for (int n = 0; n < s_.ngos; ++n) {
      const float start = s_.B0[n] * s_.B.grown[t_];
      float* gain = b_.gain + n * R + first;
      const Real all = L::load(gain);
      const Real bounded = min(max(all, Real((s_.k.B_min - 1.0f) * start)), Real((s_.k.B_max - 1.0f) * start));
      L::store(gain, select(here, bounded, all));
      surplus = surplus + bounded;
    }
    L::store(b_.surplus + first, select(here, surplus, L::load(b_.surplus + first)));
  }
}

template <class L>
void Block<L>::bound_norm() {
  for (float* norm = b_.norm; norm < b_.norm + R; norm += L::width) {
    const Real all = L::load(norm), nu = Real(s_.k.nu_bar) + now(all, s_.nu);
    const Real bounded = min(max(nu, Real(0.0f)), Real(2.0f));
    const Mask outside = (nu < Real(0.0f)) | (nu > Real(2.0f));
    L::store(norm, select(outside, kept(bounded - Real(s_.k.nu_bar), s_.nu), all));
  }
}

/// What an outcome does between leader and host; tells whose trips have effects_under_duty too. `again`: replicates
/// with more than one outcome this week.
template <class L>
typename Block<L>::Mask Block<L>::effects(const Group& g, const Set& again) {
  using agents::Outcome;
  const agents::Coefficients& k = s_.k;
  const Mask here = g.here;
  const Four course = course_of(g);
  const Int fate = bits_of(course[course::fate]);
  const auto is = [&](Outcome o) { return here & ended(fate, o); };
  Ground at = ground(g);
  const Real V = g.what[trip::V];
  const Mask cut = is(Outcome::cut_short), visits = is(Outcome::visited) | cut, arrested = is(Outcome::arrested);
  const Mask stays = is(Outcome::stays_home), withdrawn = is(Outcome::withdrawn);
  const Mask skips = is(Outcome::skip), delegates = is(Outcome::delegate), flew = visits | arrested;
  const Real gained = select(cut, Real(0.5f) * V, V), zero(0.0f);

  Real by = select(visits, Real(k.g_visit) * gained, zero);
  by = select(stays, zero - Real(k.g_cancel) * V, by);
  by = select(skips, zero - Real(k.g_skip) * V, by);
  by = select(delegates, Real(-0.5f * k.g_skip) * V, by);
  by = select(withdrawn, zero - Real(k.g_refuse) * V, by);
  const Mask strained = visits | stays | skips | delegates | withdrawn;
  at.tie[state::delta] = select(strained, kept(delta(at) + by, s_.delta), at.tie[state::delta]);

  if (any(visits)) {
    const Real relief = Real(1.0f) - Real(k.g_tr) * min(gained, Real(1.0f));
    float* ease = b_.ease + g.leader * R;
    L::scatter(ease, g.r, kept(Real(1.0f) - isolation(g.leader, g.r) * relief, s_.ease), visits);
    at.tie[state::cooldown] = select(visits, kept(Real(1.0f), s_.K), at.tie[state::cooldown]);
  }
  if (any(withdrawn)) {
    const Real cooled = max(now(at.tie[state::cooldown], s_.K), Real(0.5f));
    at.tie[state::cooldown] = select(withdrawn, kept(cooled, s_.K), at.tie[state::cooldown]);
    learn_from_refusal(at, lesson_of_region(g, at), withdrawn, Real(1.0f), course[course::pi]);
  }
  const Mask taken_there = set(fate & Int(course::taken_there)), diverted = flew & set(fate & Int(course::diverted));
  if (any(diverted)) {  // it may be the host itself that was flown over
    keep_tie(g, at, here);
    Group there = g;
    there.here = diverted;
    there.host = L::gather_int(b_.diverted_to, g.trip, diverted, Int(0));
    there.state = state_of(there.host, g.r);
    Ground elsewhere = ground(there);
    const Real pi = L::gather(b_.pi_diverted, g.trip, diverted, zero);
    learn_from_arrival(there, elsewhere, diverted, select(taken_there, Real(1.0f), zero), pi);
    keep_tie(there, elsewhere, diverted);
    at.tie = L::load_four(ties_of(g.leader), g.state);
  }
  const Mask once = !any(again) ? strained : and_not(strained, in(&again, g.r));
  at.tie[state::delta] = select(once, bounded_delta(at.tie[state::delta]), at.tie[state::delta]);
  keep_tie(g, at, here);
  return arrested | ((flew | stays | withdrawn) & (at.law[terms::duty] > zero));
}

/// What follows from a visit, a refusal or a change of mind where the host has a duty, and from an arrest anywhere: for
/// the norm, budgets, findings, and what the leader learns. Few trips: they wait until they fill a register.
template <class L>
void Block<L>::effects_under_duty(const Group& g) {
  using agents::Outcome;
  const agents::Coefficients& k = s_.k;
  const Four course = course_of(g);
  const Int fate = bits_of(course[course::fate]);
  const auto is = [&](Outcome o) { return g.here & ended(fate, o); };
  const auto flag = [&](std::int32_t bit) { return g.here & set(fate & Int(bit)); };
  const Mask visits = is(Outcome::visited) | is(Outcome::cut_short), arrested = is(Outcome::arrested);
  const Real Z = g.what[trip::Z], zero(0.0f), one(1.0f);
  Ground at = ground(g);
  const Mask duty = g.here & (at.law[terms::duty] > zero);

  Real x = select(visits, zero - Real(k.chi_visit) * Z, Real(k.chi_arr));
  x = select(is(Outcome::stays_home), Real(k.chi_stay) * Z, x);
  x = select(is(Outcome::withdrawn), Real(k.chi_ref) * Z, x);
  Real norm = nudged(L::gather(b_.norm, g.r), x);
  const Mask finding = visits & flag(course::finding);
  if (any(finding)) {
    norm = nudged(norm, select(finding, Real(k.chi_find), zero));
    const Real F = now(at.host[state::findings], s_.F) + one;
    L::scatter(b_.state + state::findings, g.state, kept(F, s_.F), finding);
  }
  L::scatter(b_.norm, g.r, norm, g.here);
  change_budgets(g, duty, select(visits, Real(0.0f - k.l_B), Real(k.g_B)), select(visits, Real(k.o_B) * Z, zero));

  const Mask elsewhere = flag(course::diverted) & flag(course::taken_there);
  const Mask arrived = and_not(visits | arrested, elsewhere) & duty;
  if (!any(arrived)) return;
  learn_from_arrival(g, at, arrived, select(arrested, one, zero), course[course::pi]);
  keep_tie(g, at, arrived);
}

/// A precedent in one host teaches about its region, and every other leader about it too.
template <class L>
void Block<L>::learn_from_arrival(const Group& g, Ground& at, Mask which, Real y, Real pi) {
  const agents::Belief<Real> old = belief(at);
  const Real region = lesson_of_region(g, at), mean = old.mean(region);
  const agents::Lesson<Real> taught = agents::lesson(old, y, pi, s_.k);
  const Real step = Real(s_.k.rho) * taught.step;
  L::scatter(b_.regional, region_row(g.leader, g, at), kept(region + step, s_.m), which);
  believe_from_now(at, which, agents::believe(mean + taught.step, taught.share, region + step));
  for (int peer = 0; peer < s_.leaders; ++peer) {
    if (peer == g.leader) continue;
    const Int row = region_row(peer, g, at);
    const Real theirs = now(L::gather(b_.regional, row, g.here, Real(0.0f)), s_.m) + Real(s_.k.eps_peer) * step;
    L::scatter(b_.regional, row, kept(theirs, s_.m), which);
  }
}

/// B *= 1 + per_share f + per_reach G, for every NGO. `which` are trips to hosts with a duty.
template <class L>
void Block<L>::change_budgets(const Group& g, Mask which, Real per_share, Real per_reach) {
  if (!any(which)) return;
  const Int item = L::gather_int(b_.item_of, g.trip, which, Int(0));
  Four reach{};
  for (int n = 0; n < s_.ngos; ++n) {
    if (n % 4 == 0) reach = L::load_four(s_.reach + n, times(g.host, s_.reach_words));
    const Real f = L::gather(b_.shares + n * b_.most_items, item, which, Real(0.0f));
    const Real changed = budget(n, g.r) * (Real(1.0f) + per_share * f + per_reach * reach[n % 4]);
    L::scatter(b_.gain + n * R, g.r, kept(changed - Real(s_.B0[n]), s_.B), which);
  }
  std::int32_t rs[L::width];
  L::store_int(rs, g.r);
  each_lane(which, [&](int i) { changed_budgets_.add(rs[i]); });
}

/// `norm` as kept, before and after.
template <class L>
typename Block<L>::Real Block<L>::nudged(Real norm, Real x) const {
  const Real nu_bar(s_.k.nu_bar), after = agents::nudge_norm(nu_bar + now(norm, s_.nu), x) - nu_bar;
  return select(x == Real(0.0f), norm, kept(after, s_.nu));
}

/// Trips still announced after the last week.
template <class L>
void Block<L>::leave_pending() {
  for (int l = 0; l < s_.leaders; ++l)
    serve_all(
        l, [&](int place) { return b_.active[place]; },
        [&](const Group& g) { conclude(g, bits_of(course_of(g)[course::row]), agents::Outcome::pending, s_.weeks); });
}

}  // namespace sim::batch
