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
        [&](const Group& g) { close = list_close(g, close); });
    const int withdrawn = list_withdrawn(close);
    serve(b_.close, withdrawn, [&](int, Int trip, Mask here) { withdraw(group(l, trip, here)); });
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

/// Lists the invitations that may be withdrawn this week after the first n; the number listed. The weekly chance is
/// below the whole one: most weeks are settled without working it out.
template <class L>
int Block<L>::list_close(const Group& g, int n) {
  const Terms trip = terms_of_trip(g);
  Ground at = ground(g);
  know(g, at);
  const Real c = compliance(at, norm(g.r), at.host[state::resolve], trip.cover);
  const Real p_refuse = (Real(1.0f) - trip.bound) * agents::logistic(agents::refusal_logit(c, trip.order, s_.k));
  const Int word = draw(g, agents::Occasion::standing)[agents::word::withdraw];
  const Mask close = g.here & L::happens(word, min(p_refuse * Real(1.001f), Real(1.0f)));
  L::pack(b_.close_word + n, word, close);
  L::pack(b_.close_p + n, bits_of(p_refuse), close);
  return n + L::pack(b_.close + n, g.trip, close);
}

/// Of the first n listed as close, leaves those that are withdrawn.
template <class L>
int Block<L>::list_withdrawn(int n) {
  int withdrawn = 0;
  serve(b_.close, n, [&](int at, Int trip, Mask here) {
    const Real lead = L::gather(b_.trips + trip::lead, record(trip));
    const Real p = agents::weekly_withdrawal(from_bits(L::load_int(b_.close_p + at)), lead);
    withdrawn += L::pack(b_.close + withdrawn, trip, here & L::happens(L::load_int(b_.close_word + at), p));
  });
  return withdrawn;
}

template <class L>
void Block<L>::withdraw(const Group& g) {
  const Terms trip = terms_of_trip(g);
  const Ground at = ground(g);
  const Real c = idea_of_compliance(at, norm(g.r), lesson_of_region(g, at), trip.cover);
  settle(g, agents::Outcome::withdrawn, pi_refuse(at, c, trip));
}

}  // namespace sim::batch
