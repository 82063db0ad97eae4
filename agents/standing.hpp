// What moves a host and stays the same for weeks: the law, its stance, the West, the alliance without deviations. In
// double, once for each period (agents/stage.cpp). Equations: ODD.md, "Derived quantities".
#pragma once
#include "agents/world.hpp"

namespace agents {

template <class Real>
struct Standing {
  Real duty;      ///< 0 or 1
  Real J, Q;      ///< judicial independence, implementing legislation
  Real stance;    ///< b
  Real W, Pi;     ///< dependence on the West, and what the West presses for
  Real alliance;  ///< a without deviations
  Real R;         ///< retaliation capacity
};

/// Motives::fixed, logits.
template <class Real>
inline Real standing_motives(const Standing<Real>& s, const Parameters& p) {
  const Real law = Real(p.th_m) + Real(p.th_J) * s.J + Real(p.th_Q) * s.Q + Real(p.th_B) * s.stance;
  return s.duty * law + Real(p.th_W) * s.W * s.Pi - Real(p.th_a) * s.alliance - Real(p.th_R) * s.R;
}

/// a without deviations: sanctions make the ties outside the West worth more.
template <class Real>
inline Real sanctioned_alliance(Real a0, Real S, Real W, const Parameters& p) {
  return a0 * (Real(1.0) + Real(p.iota) * S * (Real(1.0) - W));
}

/// What a host and a leader bring to each other in week t, dated changes made: what the terms of its Period come from.
struct Attributes {
  double duty, J, Q, W, S, Pi, R, stance;
  std::vector<double> features;  ///< by World::features
};
/// world.shocks by week, as a Stage keeps them.
Attributes attributes_at(const World& world, LeaderId leader, HostId host, Week t);

}  // namespace agents
