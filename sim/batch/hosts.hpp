// 3. Hosts: each week of the lead a host may withdraw its invitation.
#pragma once
#include "sim/batch/state.hpp"

namespace sim::batch {

template <class L>
void Block<L>::hosts() {
  for (int l = 0; l < s_.leaders; ++l) each_open_place(l, [&](int place) { withdrawals(l, place); });
}

template <class L>
void Block<L>::withdrawals(int l, int place) {
  if (is_event(place) && s_.events[place].start == t_) return;
  List standing = list([&](int r) { return b_.active[place * R + r] != 0 && b_.departs[place * R + r] != t_; });
  serve(standing, [&](Int r, Mask here) {
    Group g = group(l, place, r, here);
    const TripTerms t = trip(g);
    const Real c = compliance(g, resolve(g), t.cover);
    const Real p_refuse = (Real(1.0f) - t.bound) * agents::logistic(agents::refusal_logit(c, order(g), s_.k));
    const Int word = draw(g, agents::Occasion::standing)[agents::word::withdraw];
    // The weekly chance is below the whole one: most weeks are settled without working it out.
    const Mask close = here & L::happens(word, min(p_refuse * Real(1.001f), Real(1.0f)));
    if (!any(close)) return;
    const Mask withdrawn = close & L::happens(word, agents::weekly_withdrawal(p_refuse, t.lead));
    if (!any(withdrawn)) return;
    L::scatter(b_.pi_refuse, g.at, pi_refuse(g, order(g), t), withdrawn);
    settle(g, withdrawn, agents::Outcome::withdrawn);
  });
}

}  // namespace sim::batch
