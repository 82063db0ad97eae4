// What an NGO spends where, and what it brings about. Equations: ODD.md, "Campaigns".
#pragma once
#include "agents/arithmetic.hpp"
#include "agents/coefficients.hpp"

namespace agents {

/// Z: how much a visit is noticed, in [0, 1).
template <class Real>
inline Real salience(Real V, Real participants) {
  return one_minus_exp(Real(0.5f) * V + Real(0.05f) * participants);
}

/// How much a trip under duty draws an NGO: its reach, the trip's salience, and its taste for fights that can be won.
template <class Real>
inline Real campaign_score(Real reach, Real salience, Real q_refuse, Real omega) {
  const Real winnable = Real(4.0f) * q_refuse * (Real(1.0f) - q_refuse);
  return reach * salience * (omega * winnable + Real(1.0f) - omega);
}

/// Pressure on a host after an effort.
template <class Real>
inline Real raised_pressure(Real p, Real civil_society, Real effort, const Coefficients& k) {
  return p + Real(k.eta) * civil_society * (Real(1.0f) - p) * one_minus_exp(effort);
}

}  // namespace agents
