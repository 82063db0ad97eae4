// 1. Opportunities: events open in their week, ideas for bilateral visits come by chance; hosts are sounded, leaders
// answer.
#pragma once
#include "sim/batch/state.hpp"

namespace sim::batch {

template <class L>
void Block<L>::opportunities(int l) {
  const int* start = &s_.open_start[l * (s_.weeks + 1) + t_];
  for (int i = start[0]; i < start[1]; ++i)
    if (s_.events[s_.open_events[i]].opened == t_) open_event(l, s_.open_events[i]);
  bilateral_ideas(l);
}

template <class L>
void Block<L>::open_event(int l, int row) {
  List leaders = list([&](int r) { return b_.free[l * R + r] != 0; });
  serve(leaders, [&](Int r, Mask here) {
    const Group g = group(l, row, r, here);
    open(g, trip(g), Int(s_.events[row].start), draw(g, agents::Occasion::opening), row - s_.first_event[l]);
  });
}

template <class L>
typename Block<L>::Int Block<L>::alias(Int word, const AliasView& table, Int base, Mask m) {
  const auto n = static_cast<std::uint32_t>(s_.hosts);
  const Int slot = base + L::multiply_high(word, n);
  const Mask kept = L::less_unsigned(L::multiply_low(word, n), L::gather_int(table.keep, slot, m, Int(0)));
  return select(kept, L::gather_int(table.own, slot, m, Int(0)), L::gather_int(table.other, slot, m, Int(0)));
}

template <class L>
typename Block<L>::Int Block<L>::poisson(Int word, const PoissonView& table) {
  Int n(0);
  for (int i = 0; i < table.size; ++i) {
    const Mask below = L::less_unsigned(word, Int(static_cast<std::int32_t>(table.below[i])));
    if (all(below)) break;
    n = n + select(below, Int(0), Int(1));
  }
  return n;
}

/// Puts a trip into the bilateral or second-stop place, announced or not.
template <class L>
void Block<L>::plan(const Group& g, Mask which, const TripTerms& trip, Int departs) {
  L::scatter_int(b_.host, g.at, g.host, which);
  L::scatter(b_.V, g.at, trip.V, which);
  L::scatter(b_.Z, g.at, trip.Z, which);
  L::scatter(b_.lead, g.at, trip.lead, which);
  L::scatter(b_.days, g.at, trip.days, which);
  L::scatter_int(b_.departs, g.at, departs, which);
}

template <class L>
void Block<L>::bilateral_ideas(int l) {
  const LeaderView& now = terms(l);
  if (!now.bilateral.keep) return;
  const agents::Coefficients& k = s_.k;
  const int place = bilateral(l);
  List empty = list([&](int r) { return b_.free[l * R + r] != 0 && b_.active[place * R + r] == 0; });
  List ideas;  // to the replicates in which one comes up
  std::int32_t where[R + 16] = {};
  serve(empty, [&](Int r, Mask here) {
    const Group g{l, place, r, here, Int(0), Int(0), Int(place * R) + r};
    const Words words = draw(g, agents::Occasion::opening);
    const Mask comes = here & L::happens(words[agents::word::arise], Real(now.lam));
    const Int host = alias(words[agents::word::host], now.bilateral, Int(0), comes);
    std::int32_t rs[L::width], hosts[L::width];
    L::store_int(rs, r);
    L::store_int(hosts, host);
    for (std::uint32_t left = bits(comes); left != 0; left &= left - 1) {
      const int i = __builtin_ctz(left);
      where[ideas.size] = hosts[i];
      ideas.add(rs[i]);
    }
  });
  // The rest is rarer still: those that are pursued.
  List pursued;
  std::int32_t next = 0;
  serve(ideas, [&](Int r, Mask here) {
    Group g{l, place, r, here, Int(0), Int(0), Int(place * R) + r};
    g.host = L::load_int(&where[next]);
    g.host = select(here, g.host, Int(0));
    next += L::width;
    g.tie = tie_row(l, g.host, r);
    const Words idea = draw(g, agents::Occasion::idea);
    const Real cooldown = at(b_.cooldown, g.tie, here, s_.K_left);
    const Real p = agents::logistic(Real(k.al_0) + Real(k.al_delta) * delta(g) + Real(k.al_I) * isolation(l, r, here) -
                                    Real(k.al_k) * cooldown);
    const Mask yes = here & L::happens(idea[agents::word::pursue], p);
    if (!any(yes)) return;
    const Real V = agents::exp(Real(k.sig_V) * agents::normal_quantile(L::uniform(idea[agents::word::value])));
    const Int lead = Int(1) + poisson(idea[agents::word::lead], s_.extra_lead_weeks);
    const Int days = Int(1) + poisson(idea[agents::word::days], s_.extra_days);
    const Real Z = agents::salience(V, Real(2.0f));
    plan(g, yes, {V, Z, to_real(lead), to_real(days), Real(0.0f), Real(0.0f)}, Int(t_) + lead);
    add(pursued, r, yes);
  });
  List announced;
  serve(pursued, [&](Int r, Mask here) {
    const Group g = group(l, place, r, here);
    const Int departs = L::gather_int(b_.departs, g.at, here, Int(0));
    add(announced, r, open(g, trip(g), departs, draw(g, agents::Occasion::opening), -1));
  });
  second_stops(l, announced);
}

template <class L>
void Block<L>::second_stops(int l, const List& firsts) {
  const LeaderView& now = terms(l);
  const int place = second_stop(l), first = bilateral(l);
  List empty;
  for (int i = 0; i < firsts.size; ++i)
    if (b_.active[place * R + firsts.r[i]] == 0) empty.add(firsts.r[i]);
  serve(empty, [&](Int r, Mask here) {
    Group g{l, place, r, here, Int(0), Int(0), Int(place * R) + r};
    const Words words = draw(g, agents::Occasion::opening);
    const Int from = L::gather_int(b_.host, Int(first * R) + r, here, Int(0));
    const Mask somewhere = set(L::gather_int(now.second_exists, from));
    g.here = here & somewhere & L::happens(words[agents::word::arise], Real(s_.k.tau));
    if (!any(g.here)) return;
    g.host = alias(words[agents::word::host], now.second_stop, times(from, s_.hosts), g.here);
    g.host = select(g.here, g.host, Int(0));
    g.tie = tie_row(l, g.host, r);
    const Words idea = draw(g, agents::Occasion::idea);
    const Real V = agents::exp(Real(s_.k.sig_V) * agents::normal_quantile(L::uniform(idea[agents::word::value])));
    const Int of_first = Int(first * R) + r;
    const Int departs = L::gather_int(b_.departs, of_first, g.here, Int(0));
    const TripTerms trip{V,
                         agents::salience(V, Real(2.0f)),
                         L::gather(b_.lead, of_first, g.here, Real(1.0f)),
                         to_real(Int(1) + poisson(idea[agents::word::days], s_.extra_days)),
                         Real(0.0f),
                         Real(0.0f)};
    plan(g, g.here, trip, departs);
    open(g, trip, departs, words, -1);
  });
}

/// The host lets its resolve slip, the leader answers; `go` announces the trip. Where it did.
template <class L>
typename Block<L>::Mask Block<L>::open(const Group& g, const TripTerms& trip, Int departs, const Words& words,
                                       int event) {
  const agents::Coefficients& k = s_.k;
  if (k.sig_s <= 0x1.fffffep127f) {  // where it is infinite a sounding says nothing
    const Real signal = resolve(g) + Real(k.sig_s) * agents::normal_quantile(L::uniform(words[agents::word::sounding]));
    believe_from_now(g, g.here, agents::after_sounding(belief(g), lesson_of_region(g), signal, k));
  }
  const LeaderView& now = terms(g.leader);
  const Real a = alliance(g);
  const agents::Prospect<Real> prospect{trip.V,
                                        a,
                                        isolation(g.leader, g.r, g.here),
                                        of_host(now.hours, g),
                                        of_host(now.exposure, g),
                                        pi_arrest(g, Real(0.0f), trip.cover)};
  const Real refuse = pi_refuse(g, Real(0.0f), trip);
  const Real U_go = agents::utility_of_going(prospect, Real(s_.Lambda[g.leader]), k) - Real(k.Omega) * refuse;
  const Real U_delegate = agents::utility_of_delegating(trip.V, a, k);
  const agents::AnswerChances<Real> p = agents::answer_chances(U_go, U_delegate);
  const Int w = words[agents::word::answer];
  const Mask go = g.here & L::happens(w, p.go);
  const Mask delegate = and_not(g.here & L::happens(w, p.go_or_delegate), go);

  std::int32_t rs[L::width], hosts[L::width];
  float V[L::width], duty[L::width];
  L::store_int(rs, g.r);
  L::store_int(hosts, g.host);
  L::store(V, trip.V);
  L::store(duty, of_host(now.duty, g));
  const std::uint32_t goes = bits(go), delegates = bits(delegate);
  for (std::uint32_t left = bits(g.here); left != 0; left &= left - 1) {
    const int i = __builtin_ctz(left), r = rs[i];
    const bool is_go = (goes >> i & 1) != 0, is_delegate = (delegates >> i & 1) != 0;
    agents::Decision& d = b_.decisions[r * b_.most_decisions + b_.decided[r]];
    b_.row[g.place * R + r] = b_.decided[r]++;
    d.leader.index = static_cast<std::uint16_t>(g.leader);
    d.host.index = static_cast<std::uint16_t>(hosts[i]);
    d.event = static_cast<std::int16_t>(event);
    d.second_stop = g.place == second_stop(g.leader);
    d.answer = is_go ? agents::Answer::go : is_delegate ? agents::Answer::delegate : agents::Answer::skip;
    d.outcome = is_go ? agents::Outcome::pending : is_delegate ? agents::Outcome::delegate : agents::Outcome::skip;
    d.week = static_cast<std::int16_t>(t_);
    d.week_out = static_cast<std::int16_t>(is_go ? s_.weeks : t_);
    d.order = d.reached = false;
    d.duty = duty[i] > 0;
    d.V = V[i];
    d.days = d.hours = d.detour_hours = d.pi_arrest = d.p_arrest = d.hazard = 0;
    d.weight = d.weight_out = b_.weight[g.leader * R + r];
    b_.active[g.place * R + r] = is_go;
    b_.order[g.place * R + r] = 0;
    if (!is_go && event >= 0) b_.fate[g.place * R + r] = 1 + static_cast<int>(d.outcome);
  }
  L::scatter_int(b_.departs, g.at, departs, go);
  return go;
}

}  // namespace sim::batch
