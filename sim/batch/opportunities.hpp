// 1. Opportunities: events open in their week, ideas for bilateral visits come by chance; hosts are sounded, leaders
// answer.
#pragma once
#include "sim/batch/state.hpp"

namespace sim::batch {

template <class Wide, class L>
void opportunities(Block<Wide>& wide, Block<L>& narrow, int l) {
  wide.open_events(l);
  const Set announced = wide.bilateral_ideas(l);
  if (any(announced)) narrow.second_stops(l, announced);
}

template <class L>
void Block<L>::open_events(int l) {
  each_open_event(l, [&](int event) {
    if (s_.events[event].opened == t_) open_event(l, event);
  });
}

template <class L>
void Block<L>::open_event(int l, int e) {
  const EventView& event = s_.events[e];
  const int place = event.place;
  const float* record = event.record;
  __builtin_memcpy(b_.trips + place * trip::words, record, trip::words * sizeof record[0]);
  const float* terms = &of_leader(l).terms[event.host * terms::words];
  const Four what = same(record + trip::host), rest = same(record + trip::lead);
  const Real none(0.0f);
  const Offer offer{same(terms + terms::fixed), same(terms + terms::hours), {rest[0], rest[1], rest[2], rest[3], none}};
  const Set who = b_.free[l];
  Set goes{};
  const int n = list(who, place * R, b_.list);
  serve(b_.list, n, [&](int at, Int trip, Mask here) {
    const Group g = group(l, trip, here, what);
    const Words words = draw(g, agents::Occasion::opening);
    const Opened answer =
        open(g, offer, words[agents::word::sounding], words[agents::word::answer], e - s_.first_event[l], false);
    goes.put(at, bits(answer.go));
    const auto fate = [](agents::Outcome o) { return Int(1 + static_cast<int>(o)); };
    const Int left = select(answer.delegate, fate(agents::Outcome::delegate), fate(agents::Outcome::skip));
    keep_course(trip, {{from_bits(answer.row), none, none, from_bits(left)}}, here);
  });
  b_.active[place] = of_rank(goes, who);
  b_.bound[place] = terms[terms::duty] > 0 ? who : Set{};
  b_.ordered[place] = {};
  b_.settled[place] = who & ~b_.active[place];
}

/// `goes` and `under_duty` by rank in `who`.
template <class L>
void Block<L>::announce(int place, const Set& who, const Set& goes, const Set& under_duty) {
  b_.active[place] |= of_rank(goes, who);
  b_.ordered[place] &= ~who;
  bind(place, who, under_duty);
}

/// Tells whose hosts have a duty, `under_duty` by rank in `who`.
template <class L>
void Block<L>::bind(int place, const Set& who, const Set& under_duty) const {
  b_.bound[place] = (b_.bound[place] & ~who) | of_rank(under_duty, who);
}

template <class L>
typename Block<L>::Int Block<L>::alias(Int word, const std::int32_t* tables, Int table) const {
  const auto n = static_cast<std::uint32_t>(s_.hosts);
  const Int slot = times(times(table, s_.hosts) + L::multiply_high(word, n), alias::words);
  const Mask kept = L::less_unsigned(L::multiply_low(word, n), L::gather_int(tables + alias::keep, slot));
  const Int things = L::gather_int(tables + alias::things, slot);
  return select(kept, things & Int(0xffff), logical_shift_right(things, 16));
}

template <class L>
typename Block<L>::Int Block<L>::poisson(Int word, const PoissonView& table) const {
  Int n(0);
  for (int i = 0; i < table.size; ++i) {
    const Mask below = L::less_unsigned(word, Int(static_cast<std::int32_t>(table.below[i])));
    if (all(below)) break;
    n = n + select(below, Int(0), Int(1));
  }
  return n;
}

/// Who announced a bilateral visit.
template <class L>
Set Block<L>::bilateral_ideas(int l) {
  using agents::Occasion;
  namespace word = agents::word;
  const LeaderView& now = of_leader(l);
  const agents::Coefficients& k = s_.k;
  const int place = bilateral(l);
  const Set empty = b_.free[l] & ~b_.active[place];
  if (!now.bilateral || !any(empty)) return {};
  const Int address(static_cast<std::int32_t>(agents::bilateral_place));
  std::int32_t listed[R + spare], host_word[R + spare], sounding[R + spare], answer[R + spare];
  std::int32_t hosts[R + spare], value[R + spare], lead_word[R + spare], days_word[R + spare];

  Set ranks{};
  int ideas = 0;
  serve(listed, list(empty, 0, listed), [&](int at, Int r, Mask here) {
    const Words words = draw(r, l, address, Occasion::opening);
    const Mask comes = here & L::happens(words[word::arise], Real(now.lam));
    ranks.put(at, bits(comes));
    L::pack(host_word + ideas, words[word::host], comes);
    L::pack(sounding + ideas, words[word::sounding], comes);
    ideas += L::pack(answer + ideas, words[word::answer], comes);
  });
  if (ideas == 0) return {};

  const Set having = of_rank(ranks, empty);
  ranks = {};
  int pursued = 0;
  serve(listed, list(having, 0, listed), [&](int at, Int r, Mask here) {
    const Int host = alias(L::load_int(host_word + at), now.bilateral, Int(0));
    const Words idea = draw(r, l, address, Occasion::idea);
    const Mask known = met(host, r);
    const Four tie = L::load_four(ties_of(l), select(known, state_of(host, r), Int(0)));
    const Real delta = select(known, this->now(tie[state::delta], s_.delta), Real(0.0f));
    const Real cooldown = select(known, this->now(tie[state::cooldown], s_.K), Real(0.0f));
    const Real p = agents::logistic(Real(k.al_0) + Real(k.al_delta) * delta + Real(k.al_I) * isolation(l, r) -
                                    Real(k.al_k) * cooldown);
    const Mask yes = here & L::happens(idea[word::pursue], p);
    ranks.put(at, bits(yes));
    const Int of_sounding = L::load_int(sounding + at), of_answer = L::load_int(answer + at);
    L::pack(hosts + pursued, host, yes);
    L::pack(value + pursued, idea[word::value], yes);
    L::pack(lead_word + pursued, idea[word::lead], yes);
    L::pack(days_word + pursued, idea[word::days], yes);
    L::pack(sounding + pursued, of_sounding, yes);
    pursued += L::pack(answer + pursued, of_answer, yes);
  });
  if (pursued == 0) return {};

  const Set trying = of_rank(ranks, having);
  const Real none(0.0f);
  Set goes{}, under_duty{};
  serve(listed, list(trying, place * R, listed), [&](int at, Int trip, Mask here) {
    const Int host = select(here, L::load_int(hosts + at), Int(0));
    const Int lead = Int(1) + poisson(L::load_int(lead_word + at), s_.extra_lead_weeks);
    const Int days = Int(1) + poisson(L::load_int(days_word + at), s_.extra_days);
    const Real V = agents::exp(Real(k.sig_V) * agents::normal_quantile(L::uniform(L::load_int(value + at))));
    const Opened opened = open_idea(
        group(l, trip, here, {{from_bits(host), from_bits(address), V, agents::salience(V, Real(2.0f))}}),
        {to_real(lead), none, none, to_real(days), none}, L::load_int(sounding + at), L::load_int(answer + at), false);
    L::scatter_int(b_.departs, trip, Int(t_) + lead, opened.go);
    goes.put(at, bits(opened.go));
    under_duty.put(at, bits(opened.duty));
  });
  announce(place, trying, goes, under_duty);
  return of_rank(goes, trying);
}

/// `firsts` have just announced a bilateral visit.
template <class L>
void Block<L>::second_stops(int l, const Set& firsts) {
  using agents::Occasion;
  namespace word = agents::word;
  const LeaderView& now = of_leader(l);
  const int place = second_stop(l), first = bilateral(l);
  const Set empty = firsts & ~b_.active[place];
  if (!any(empty)) return;
  const Int address(static_cast<std::int32_t>(agents::second_stop_place));
  std::int32_t listed[R + spare], from[R + spare], host_word[R + spare], sounding[R + spare], answer[R + spare];

  Set ranks{};
  int considered = 0;
  serve(listed, list(empty, 0, listed), [&](int at, Int r, Mask here) {
    const Words words = draw(r, l, address, Occasion::opening);
    const Int there = bits_of(L::gather(b_.trips + trip::host, record(Int(first * R) + r)));
    const Mask comes =
        here & L::happens(words[word::arise], Real(s_.k.tau)) & set(L::gather_int(now.second_exists, there));
    ranks.put(at, bits(comes));
    L::pack(from + considered, there, comes);
    L::pack(host_word + considered, words[word::host], comes);
    L::pack(sounding + considered, words[word::sounding], comes);
    considered += L::pack(answer + considered, words[word::answer], comes);
  });
  if (considered == 0) return;

  const Set considering = of_rank(ranks, empty);
  const Real none(0.0f);
  Set goes{}, under_duty{};
  serve(listed, list(considering, 0, listed), [&](int at, Int r, Mask here) {
    const Int first_host = select(here, L::load_int(from + at), Int(0));
    const Int host = select(here, alias(L::load_int(host_word + at), now.second_stop, first_host), Int(0));
    const Int trip = Int(place * R) + r;
    const Words idea = draw(r, l, address, Occasion::idea);
    const Real V = agents::exp(Real(s_.k.sig_V) * agents::normal_quantile(L::uniform(idea[word::value])));
    const Real lead = L::gather(b_.trips + trip::lead, record(Int(first * R) + r));
    const Real days = to_real(Int(1) + poisson(idea[word::days], s_.extra_days));
    const Opened opened =
        open_idea(group(l, trip, here, {{from_bits(host), from_bits(address), V, agents::salience(V, Real(2.0f))}}),
                  {lead, none, none, days, none}, L::load_int(sounding + at), L::load_int(answer + at), true);
    L::scatter_int(b_.departs, trip, L::gather_int(b_.departs, Int(first * R) + r), opened.go);
    goes.put(at, bits(opened.go));
    under_duty.put(at, bits(opened.duty));
  });
  announce(place, considering, goes, under_duty);
}

/// The same for a bilateral visit or a second stop, which is put into its place if it is announced.
template <class L>
typename Block<L>::Opened Block<L>::open_idea(const Group& g, const Terms& trip, Int sounding, Int answer,
                                              bool second_stop) {
  const Real none(0.0f);
  const Offer offer{terms_of(g, terms::fixed), terms_of(g, terms::hours), trip};
  const Opened opened = open(g, offer, sounding, answer, -1, second_stop);
  const Int at = record(g.trip);
  L::store_four(b_.trips, at, g.what, opened.go);
  L::store_four(b_.trips + trip::lead, at, {{trip.lead, trip.bound, trip.cover, trip.days}}, opened.go);
  keep_course(g.trip, {{from_bits(opened.row), none, none, none}}, opened.go);
  return opened;
}

/// The host lets its resolve slip, the leader answers; `go` announces the trip. The group's lanes in use come first.
template <class L>
typename Block<L>::Opened Block<L>::open(const Group& g, const Offer& offer, Int sounding, Int answer, int event,
                                         bool second_stop) {
  const agents::Coefficients& k = s_.k;
  Ground at = meet(g, offer.law);
  const Real nu = norm(g.r), region = lesson_of_region(g, at);
  if (resolve_is_known()) {
    know(g, at);
    const Real signal = at.host[state::resolve] + Real(k.sig_s) * agents::normal_quantile(L::uniform(sounding));
    believe_from_now(at, g.here, agents::after_sounding(belief(at), region, signal, k));
  } else {
    L::store_four(b_.state, g.state, at.host, g.here);
  }
  keep_tie(g, at, g.here);
  const Real V = g.what[trip::V], a = alliance(at);
  const Real c = idea_of_compliance(at, nu, region, offer.trip.cover);
  const Mask duty = at.law[terms::duty] > Real(0.0f);
  const Real pi = any(g.here & duty) ? pi_arrest(at, c, Real(0.0f)) : Real(0.0f);
  const agents::Prospect<Real> prospect{V, a, isolation(g.leader, g.r), offer.way[0], offer.way[1], pi};
  const Real refuse = pi_refuse(at, c, offer.trip);
  const Real U_go = agents::utility_of_going(prospect, Real(s_.Lambda[g.leader]), k) - Real(k.Omega) * refuse;
  const Real U_delegate = agents::utility_of_delegating(V, a, k);
  const agents::AnswerChances<Real> p = agents::answer_chances(U_go, U_delegate);
  const Mask go = g.here & L::happens(answer, p.go);
  const Mask delegate = and_not(g.here & L::happens(answer, p.go_or_delegate), go);

  if (any(go)) bound_withdrawal(g, at, offer.trip, go);

  const auto either = [&](int if_go, int if_delegate, int if_skip) {
    return select(go, Int(if_go), select(delegate, Int(if_delegate), Int(if_skip)));
  };
  const auto said = [](agents::Answer a) { return static_cast<int>(a) << 10; };
  const Int when = Int(t_ | (second_stop ? 1 << 12 : 0) | g.leader << 13) |
                   either(said(agents::Answer::go), said(agents::Answer::delegate), said(agents::Answer::skip));
  const Int outcome = either(static_cast<int>(agents::Outcome::pending), static_cast<int>(agents::Outcome::delegate),
                             static_cast<int>(agents::Outcome::skip));
  const Int out = this->out(g, outcome, select(go, Int(s_.weeks), Int(t_)), and_not(go, go), duty);
  const Int where = g.host | (event < 0 ? shift_left(g.host, 16) : shift_left(Int(~event), 16));
  const int row = *b_.made;
  *b_.made += __builtin_popcount(bits(g.here));
  L::store_int(b_.decisions.where + row, where);
  L::store_int(b_.decisions.when + row, when);
  L::store_int(b_.decisions.out + row, out);
  L::store(b_.decisions.V + row, V);
  L::store(b_.decisions.days + row, offer.trip.days);
  if (b_.weighed >= 0) {
    std::int32_t rs[L::width];
    L::store_int(rs, g.r);
    each_lane(g.here, [&](int i) {
      double* weights = &b_.decisions.weights[2 * (row + i)];
      weights[0] = weights[1] = b_.weight[g.leader * R + rs[i]];
    });
  }
  return {go, delegate, g.here & duty, Int(row) + L::iota()};
}

}  // namespace sim::batch
