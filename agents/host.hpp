// What a host state decides: whether it still wants the visit, and whether it arrests on its soil.
// Equations: ODD.md, "Derived quantities". Templates over the number: one replicate here, many lanes in sim.
#pragma once
#include "agents/arithmetic.hpp"
#include "agents/coefficients.hpp"

namespace agents {

/// What moves a host, apart from what stays the same for weeks (`fixed`: HostTerms in agents/stage.hpp).
template <class Real>
struct Motives {
  Real fixed;     ///< law, duty, stance, Western pull, alliance without deviations, retaliation; logits
  Real duty;      ///< 0 or 1
  Real norm;      ///< nu
  Real findings;  ///< F
  Real pressure;  ///< p
  Real resolve;   ///< u, or the leader's idea of it, or 0 for the public
  Real delta;     ///< alliance deviation
  Real cover;     ///< of the occasion
};

/// c: how much a host inclines to comply with the warrant, logits.
template <class Real>
inline Real compliance_index(const Motives<Real>& m, const Coefficients& k) {
  const Real law = m.duty * (Real(k.th_nu) * m.norm + Real(k.th_F) * m.findings);
  return m.fixed + law + Real(k.th_p) * m.pressure + m.resolve - Real(k.th_a) * m.delta - Real(k.th_c) * m.cover;
}

/// Logit of refusing to receive; `order` is 1 under a court order, else 0.
template <class Real>
inline Real refusal_logit(Real c, Real order, const Coefficients& k) {
  return c + Real(k.th_or) * order - Real(k.kap_refuse);
}

/// Logit of arresting on its soil (where there is a duty).
template <class Real>
inline Real arrest_logit(Real c, Real order, const Coefficients& k) {
  return c + Real(k.th_o) * order - Real(k.kap_arrest);
}

/// Weekly chance of withdrawing: 1 - (1 - p)^(1/L). With nothing changing over the L weeks they add up to exactly p.
///   p in [0, 1]; lead_weeks at least 1
template <class Real>
inline Real weekly_withdrawal(Real p, Real lead_weeks) {
  const Real most(1.0f - 0x1p-24f);
  const Real spread = one_minus_exp(Real(0.0f) - log1p(Real(0.0f) - min(p, most)) / lead_weeks);
  return select(lead_weeks == Real(1.0f), p, spread);
}

/// A change x of the norm, scaled so that nu stays inside (0, 2).
template <class Real>
inline Real nudge_norm(Real nu, Real x) {
  return nu + x * select(x > Real(0.0f), Real(2.0f) - nu, nu);
}

}  // namespace agents
