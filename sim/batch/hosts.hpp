// 3. Hosts: each week of the lead a host may withdraw its invitation.
#pragma once
#include "sim/batch/state.hpp"

namespace sim::batch {

template <class L>
void Block<L>::hosts() {
  for (int l = 0; l < s_.leaders; ++l) {
    find_due(l);
    const int withdrawn = list_withdrawn(l, list_close(l));
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

/// Lists the invitations that may be withdrawn this week; their number. What is known of the chance beforehand settles
/// most.
template <class L>
int Block<L>::list_close(int l) {
  int close = 0;
  each_open_place(l, [&](int place) {
    const Int address = address_of(l, place);
    const int standing = list(b_.active[place] & ~b_.due[place], place * R, b_.list);
    serve(b_.list, standing, [&](int, Int trip, Mask here) {
      const Int word = draw(trip & Int(R - 1), l, address, agents::Occasion::standing)[agents::word::withdraw];
      const Mask may = here & L::happens(word, L::gather(b_.most_withdrawn, trip));
      L::pack(b_.close_word + close, word, may);
      close += L::pack(b_.close + close, trip, may);
    });
  });
  return close;
}

/// Of the first n listed as close, leaves those that are withdrawn; their number.
template <class L>
int Block<L>::list_withdrawn(int l, int n) {
  int withdrawn = 0;
  serve(b_.close, n, [&](int at, Int trip, Mask here) {
    const Group g = group(l, trip, here);
    const Mask gone = here & L::happens(L::load_int(b_.close_word + at), p_withdrawn(g));
    withdrawn += L::pack(b_.close + withdrawn, trip, gone);
  });
  return withdrawn;
}

/// This week's chance.
template <class L>
typename Block<L>::Real Block<L>::p_withdrawn(const Group& g) {
  const Terms trip = terms_of_trip(g);
  Ground at = ground(g);
  know(g, at);
  const Real c = compliance(at, norm(g.r), at.host[state::resolve], trip.cover);
  const Real p_refuse = (Real(1.0f) - trip.bound) * agents::logistic(agents::refusal_logit(c, trip.order, s_.k));
  return agents::weekly_withdrawal(p_refuse, trip.lead);
}

/// Keeps for trips just announced what that chance can come to until a period moves the host or its government changes.
/// It can be told where no leader meets a duty: of what moves such a host only its alliance, within its bounds, and old
/// pressure, which fades, do not stay as they are. Rounding is allowed for.
template <class L>
void Block<L>::bound_withdrawal(const Group& g, const Ground& at, const Terms& trip, Mask announced) const {
  const Mask free = and_not(announced, under_any_duty(g.host));
  Real most(1.0f);
  if (resolve_is_known() && s_.k.th_a >= 0 && s_.k.th_p >= 0 && any(free)) {
    Ground worst = at;
    worst.tie[state::delta] = kept(Real(-0.5001f), s_.delta);
    worst.host[state::pressure] = at.host[state::pressure] * Real(1.0001f);
    const Real c = compliance(worst, Real(0.0f), at.host[state::resolve], trip.cover);
    const Real p_refuse = (Real(1.0f) - trip.bound) * agents::logistic(agents::refusal_logit(c, Real(0.0f), s_.k));
    // 1 - (1 - p)^(1/L) is at most -ln(1 - p) / L, and that at most 2 ln 2 p / L up to p = 1/2; 2 ln 2 < 1.3864.
    most = select(free & (p_refuse < Real(0.499f)), p_refuse * Real(1.388f) / trip.lead, most);
  }
  L::scatter(b_.most_withdrawn, g.trip, most, announced);
}

/// Where a government changes, what was told of trips to its state holds no longer.
template <class L>
void Block<L>::unbound_withdrawals(int host) {
  for (int l = 0; l < s_.leaders; ++l)
    serve(b_.list, list_all(l, [&](int place) { return b_.active[place]; }),
          [&](int, Int trip, Mask here) { unbound_withdrawals(trip, here & (host_of(trip) == Int(host))); });
}

template <class L>
void Block<L>::unbound_withdrawals(Int trip, Mask which) const {
  if (any(which)) L::scatter(b_.most_withdrawn, trip, Real(1.0f), which);
}

template <class L>
void Block<L>::withdraw(const Group& g) {
  const Terms trip = terms_of_trip(g);
  const Ground at = ground(g);
  const Real c = idea_of_compliance(at, norm(g.r), lesson_of_region(g, at), trip.cover);
  settle(g, agents::Outcome::withdrawn, pi_refuse(at, c, trip));
}

}  // namespace sim::batch
