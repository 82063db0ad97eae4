// 3. Hosts: each week of the lead a host may withdraw its invitation.
#pragma once
#include "sim/batch/state.hpp"

namespace sim::batch {

template <class L>
void Block<L>::hosts() {
  for (int l = 0; l < s_.leaders; ++l) {
    find_due(l);
    serve_all(
        l, [&](int place) { return b_.active[place] & ~b_.due[place]; }, [&](const Group& g) { withdraw(g); });
  }
}

/// Whose trips depart this week.
template <class L>
void Block<L>::find_due(int l) {
  for (const int place : {bilateral(l), second_stop(l)}) {
    Set due{};
    for (int r = 0; r < R; r += L::width) due.put(r, bits(L::load_int(b_.departs + place * R + r) == Int(t_)));
    b_.due[place] = due & b_.active[place];
  }
  const int* start = &s_.open_start[l * (s_.weeks + 1) + t_];
  for (int i = start[0]; i < start[1]; ++i) {
    const int place = s_.open_events[i];
    b_.due[place] = s_.events[place].start == t_ ? b_.active[place] : Set{};
  }
}

template <class L>
void Block<L>::withdraw(const Group& g) {
  const Terms trip = terms_of_trip(g);
  Ground at = ground(g);
  know(g, at);
  const Real c = compliance(g, at, at.host[state::resolve], trip.cover);
  const Real p_refuse = (Real(1.0f) - trip.bound) * agents::logistic(agents::refusal_logit(c, trip.order, s_.k));
  const Int word = draw(g, agents::Occasion::standing)[agents::word::withdraw];
  // The weekly chance is below the whole one: most weeks are settled without working it out.
  const Mask close = g.here & L::happens(word, min(p_refuse * Real(1.001f), Real(1.0f)));
  if (!any(close)) return;
  const Mask withdrawn = close & L::happens(word, agents::weekly_withdrawal(p_refuse, trip.lead));
  if (!any(withdrawn)) return;
  settle(g, withdrawn, agents::Outcome::withdrawn, pi_refuse(at, idea_of_compliance(g, at, trip.cover), trip));
}

}  // namespace sim::batch
