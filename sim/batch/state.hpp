// What is, now: stocks, beliefs and the derived quantities of the replicates of a group, as in agents/life.cpp.
#pragma once
#include "sim/batch/block.hpp"

namespace sim::batch {

template <class L>
typename Block<L>::TripTerms Block<L>::trip(const Group& g) const {
  if (is_event(g.place)) {
    const EventView& e = s_.events[g.place];
    const int lead = e.start - e.opened;
    return {Real(e.V), Real(e.Z), Real(static_cast<float>(lead)), Real(e.days), Real(e.bound), Real(e.cover)};
  }
  const auto of = [&](const float* column) { return L::gather(column, g.at, g.here, Real(1.0f)); };
  return {of(b_.V), of(b_.Z), of(b_.lead), of(b_.days), Real(0.0f), Real(0.0f)};
}

template <class L>
typename Block<L>::Real Block<L>::resolve(const Group& g) const {
  const Int row = host_row(g);
  const Mask fresh = g.here & (L::gather_int(b_.drawn, row, g.here, Int(1)) == Int(0));
  if (any(fresh)) {
    const Int replicate = Int(static_cast<std::int32_t>(b_.first_replicate)) + g.r;
    const auto occasion = static_cast<std::int32_t>(agents::Occasion::resolve) << 16;
    const Int region = L::gather_int(s_.region_of, g.host);
    const Words common = L::philox(b_.seed, replicate, Int(occasion), Int(0), L::gather_int(s_.region_place, region));
    const Int changed = L::gather_int(b_.changed, g.host);
    const Mask anew = !(changed < Int(0));
    const Int week = select(anew, changed, Int(0));
    const Words own = L::philox(b_.seed, replicate, week | Int(occasion), Int(0), L::gather_int(s_.host_place, g.host));
    const Int word = select(anew, own[agents::word::after_change], own[agents::word::at_start]);
    const Real u = Real(s_.k.common) * agents::normal_quantile(L::uniform(common[agents::word::at_start])) +
                   Real(s_.k.own) * agents::normal_quantile(L::uniform(word));
    L::scatter(b_.resolve, row, u, fresh);
    L::scatter_int(b_.drawn, row, Int(1), fresh);
  }
  return L::gather(b_.resolve, row, g.here, Real(0.0f));
}

template <class L>
agents::Belief<typename Block<L>::Real> Block<L>::belief(const Group& g) const {
  const Int age = Int(t_) - L::gather_int(b_.believed_since, g.tie, g.here, Int(t_));
  const Real m = L::gather(b_.m, g.tie, g.here, Real(0.0f)) * L::gather(s_.m_left, age);
  if (s_.k.sigma_u == 0.0f) return {m, Real(0.0f)};
  const Real learned = L::gather(b_.learned, g.tie, g.here, Real(0.0f));
  return {m, Real(1.0f) - learned * L::gather(s_.share_left, age)};
}

template <class L>
void Block<L>::believe_from_now(const Group& g, Mask which, agents::Belief<Real> belief) const {
  L::scatter(b_.m, g.tie, belief.m, which);
  L::scatter(b_.learned, g.tie, Real(1.0f) - belief.share, which);
  L::scatter_int(b_.believed_since, g.tie, Int(t_), which);
}

template <class L>
typename Block<L>::Real Block<L>::compliance(const Group& g, Real resolve, Real cover) const {
  const LeaderView& now = terms(g.leader);
  const Int row = host_row(g);
  return agents::compliance_index<Real>(
      {of_host(now.fixed, g), of_host(now.duty, g), norm(g.r, g.here), at(b_.findings, row, g.here, s_.F_left),
       at(b_.pressure, row, g.here, s_.p_left), resolve, delta(g), cover},
      s_.k);
}

template <class L>
typename Block<L>::Real Block<L>::pi_arrest(const Group& g, Real order, Real cover) const {
  const Real duty = of_host(terms(g.leader).duty, g);
  if (!any(g.here & (duty > Real(0.0f)))) return Real(0.0f);
  const agents::Belief<Real> b = belief(g);
  const Real c = compliance(g, b.mean(lesson_of_region(g)), cover);
  return duty * agents::expected_logistic(agents::arrest_logit(c, order, s_.k), sqrt(b.variance(s_.k)));
}

template <class L>
typename Block<L>::Real Block<L>::pi_refuse(const Group& g, Real order, const TripTerms& trip) const {
  const agents::Belief<Real> b = belief(g);
  const Real c = compliance(g, b.mean(lesson_of_region(g)), trip.cover);
  const Real logit = agents::refusal_logit(c, order, s_.k);
  return agents::expected_logistic(logit, sqrt(b.variance(s_.k))) * (Real(1.0f) - trip.bound);
}

template <class L>
typename Block<L>::Real Block<L>::p_arrest(const Group& g, Real order, Real cover) const {
  const Real duty = of_host(terms(g.leader).duty, g);
  if (!any(g.here & (duty > Real(0.0f)))) return Real(0.0f);
  return duty * agents::logistic(agents::arrest_logit(compliance(g, resolve(g), cover), order, s_.k));
}

}  // namespace sim::batch
