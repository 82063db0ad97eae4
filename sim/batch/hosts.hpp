// 3. Hosts: each week of the lead a host may withdraw its invitation.
#pragma once
#include "sim/batch/state.hpp"

namespace sim::batch {

template <class L>
void Block<L>::hosts() {
  for (int l = 0; l < s_.leaders; ++l) {
    find_due(l);
    int close = 0;
    serve_all(
        l, [&](int place) { return b_.active[place] & ~b_.due[place]; },
        [&](const Group& g) { close += L::pack(b_.close + close, g.trip, may_withdraw(g)); });
    serve(b_.close, close, [&](int, Int trip, Mask here) { withdraw(group(l, trip, here)); });
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
  each_open_event(l, [&](int e) {
    const EventView& event = s_.events[e];
    b_.due[event.place] = event.start == t_ ? b_.active[event.place] : Set{};
  });
}

template <class L>
typename Block<L>::Invitation Block<L>::invitation(const Group& g) const {
  const Terms trip = terms_of_trip(g);
  Ground at = ground(g);
  know(g, at);
  const Real c = compliance(at, norm(g.r), at.host[state::resolve], trip.cover);
  const Real p_refuse = (Real(1.0f) - trip.bound) * agents::logistic(agents::refusal_logit(c, trip.order, s_.k));
  return {trip, at, p_refuse, draw(g, agents::Occasion::standing)[agents::word::withdraw]};
}

/// The weekly chance is below the whole one: most weeks are settled without working it out.
template <class L>
typename Block<L>::Mask Block<L>::may_withdraw(const Group& g) const {
  const Invitation x = invitation(g);
  return g.here & L::happens(x.word, min(x.p_refuse * Real(1.001f), Real(1.0f)));
}

template <class L>
void Block<L>::withdraw(const Group& g) {
  const Invitation x = invitation(g);
  const Mask withdrawn = g.here & L::happens(x.word, agents::weekly_withdrawal(x.p_refuse, x.trip.lead));
  if (!any(withdrawn)) return;
  const Real pi = pi_refuse(x.at, idea_of_compliance(x.at, norm(g.r), lesson_of_region(g, x.at), x.trip.cover), x.trip);
  settle(g, withdrawn, agents::Outcome::withdrawn, pi);
}

}  // namespace sim::batch
