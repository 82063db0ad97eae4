// What is, now: stocks, beliefs and the derived quantities of the replicates of a group, as in agents/life.cpp.
#pragma once
#include "sim/batch/block.hpp"

namespace sim::batch {

template <class L>
typename Block<L>::Ground Block<L>::ground(const Group& g, const Four& law) const {
  return {law, L::load_four(b_.state, g.state), L::load_four(ties_of(g.leader), g.state)};
}

/// The ground where some hosts may never have been met: their records hold what an earlier block left. They are begun
/// but for the host's four and the leader's tie, which the caller stores (know and keep_tie do).
template <class L>
typename Block<L>::Ground Block<L>::meet(const Group& g, const Four& law) const {
  const Mask fresh = and_not(g.here, met(g.host, g.r));
  Group known = g;  // a record that holds nothing is not worth waiting for
  known.state = select(fresh, Int(0), g.state);
  Ground at = ground(known, law);
  if (!any(fresh)) return at;
  const Real nothing(0.0f);
  for (int i = 0; i < 4; ++i) {
    at.host[i] = select(fresh, nothing, at.host[i]);
    at.tie[i] = select(fresh, nothing, at.tie[i]);
  }
  for (int l = 0; l < s_.leaders; ++l)
    if (l != g.leader) L::store_four(ties_of(l), g.state, {{nothing, nothing, nothing, nothing}}, fresh);
  std::int32_t rs[L::width], hosts[L::width];
  L::store_int(rs, g.r);
  L::store_int(hosts, g.host);
  each_lane(fresh, [&](int i) { b_.met[hosts[i]].add(rs[i]); });
  return at;
}

template <class L>
void Block<L>::meet(int host, int r) const {
  if (b_.met[host].has(r)) return;
  const int words = state::words(s_.leaders);
  for (int word = 0; word < words; ++word) b_.state[(host * R + r) * words + word] = 0;
  b_.met[host].add(r);
}

/// Draws what the resolves of a region's hosts have in common.
template <class L>
void Block<L>::know_regions() const {
  const Int occasion(static_cast<std::int32_t>(agents::Occasion::resolve) << 16);
  for (int region = 0; region < s_.regions; ++region) {
    const Int place(static_cast<std::int32_t>(s_.region_place[region]));
    for (int r = 0; r < R; r += L::width) {
      const Int replicate = Int(static_cast<std::int32_t>(b_.first_replicate) + r) + L::iota();
      const Int word = L::philox(b_.key, replicate, occasion, Int(0), place)[agents::word::at_start];
      L::store(b_.common + region * R + r, Real(s_.k.common) * agents::normal_quantile(L::uniform(word)));
    }
  }
}

/// Draws the resolve of hosts that the replicate has not met yet.
template <class L>
void Block<L>::know(const Group& g, Ground& at) const {
  const Int known = bits_of(at.host[state::known]);
  const Mask fresh = g.here & ((known & Int(state::drawn)) == Int(0));
  if (!any(fresh)) return;
  const Int replicate = Int(static_cast<std::int32_t>(b_.first_replicate)) + g.r;
  const auto occasion = static_cast<std::int32_t>(agents::Occasion::resolve) << 16;
  const Four place = L::load_four(b_.resolve, times(g.host, resolve::words));
  const Int changed = bits_of(place[resolve::changed]);
  const Mask anew = !(changed < Int(0));
  const Int week = select(anew, changed, Int(0));
  const Words own = L::philox(b_.key, replicate, week | Int(occasion), Int(0), bits_of(place[resolve::host_place]));
  const Int word = select(anew, own[agents::word::after_change], own[agents::word::at_start]);
  const Real common = L::gather(b_.common, bits_of(at.law[terms::region_row]) + g.r);
  const Real u = common + Real(s_.k.own) * agents::normal_quantile(L::uniform(word));
  at.host[state::resolve] = select(fresh, u, at.host[state::resolve]);
  at.host[state::known] = from_bits(known | Int(state::drawn));
  L::store_four(b_.state, g.state, at.host, fresh);
}

template <class L>
agents::Belief<typename Block<L>::Real> Block<L>::belief(const Ground& at) const {
  const Real m = now(at.tie[state::m], s_.m);
  if (s_.k.sigma_u == 0.0f) return {m, Real(0.0f)};
  return {m, max(Real(1.0f) - now(at.tie[state::learned], s_.share), Real(0.0f))};
}

template <class L>
void Block<L>::believe_from_now(Ground& at, Mask which, agents::Belief<Real> belief) const {
  at.tie[state::m] = select(which, kept(belief.m, s_.m), at.tie[state::m]);
  at.tie[state::learned] = select(which, kept(Real(1.0f) - belief.share, s_.share), at.tie[state::learned]);
}

template <class L>
void Block<L>::learn_from_refusal(Ground& at, Real region, Mask which, Real y, Real pi) const {
  const agents::Belief<Real> old = belief(at);
  const agents::Lesson<Real> taught = agents::lesson(old, y, pi, s_.k);
  const Real mean = old.mean(region) + Real(1.0f - s_.k.rho) * taught.step;
  believe_from_now(at, which, agents::believe(mean, taught.share, region));
}

template <class L>
typename Block<L>::Real Block<L>::compliance(const Ground& at, Real nu, Real resolve, Real cover) const {
  return agents::compliance_index<Real>(
      {at.law[terms::fixed], at.law[terms::duty], nu, now(at.host[state::findings], s_.F),
       now(at.host[state::pressure], s_.p), resolve, delta(at), cover},
      s_.k);
}

template <class L>
typename Block<L>::Real Block<L>::pi_arrest(const Ground& at, Real c, Real order) const {
  return at.law[terms::duty] * agents::expected_logistic(agents::arrest_logit(c, order, s_.k), spread(at));
}

template <class L>
typename Block<L>::Real Block<L>::pi_refuse(const Ground& at, Real c, const Terms& trip) const {
  return agents::expected_logistic(agents::refusal_logit(c, trip.order, s_.k), spread(at)) * (Real(1.0f) - trip.bound);
}

template <class L>
typename Block<L>::Real Block<L>::p_arrest(const Ground& at, Real c, Real order) const {
  return at.law[terms::duty] * agents::logistic(agents::arrest_logit(c, order, s_.k));
}

}  // namespace sim::batch
