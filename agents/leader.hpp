// What a leader believes, expects and answers. Equations: ODD.md, "Derived quantities" and "One week".
#pragma once
#include "agents/arithmetic.hpp"
#include "agents/coefficients.hpp"

namespace agents {

/// Mean of logistic(x + spread z) over a standard normal z: five Gauss-Hermite nodes, summed from the middle outwards.
template <class Real>
inline Real expected_logistic(Real x, Real spread) {
  const Real near = spread * Real(1.355626179974266f), far = spread * Real(2.8569700138728056f);
  Real sum = Real(0.5333333333333333f) * logistic(x);
  sum = sum + Real(0.22207592200561266f) * logistic(x + near);
  sum = sum + Real(0.22207592200561266f) * logistic(x - near);
  sum = sum + Real(0.011257411327720693f) * logistic(x + far);
  sum = sum + Real(0.011257411327720693f) * logistic(x - far);
  return sum;
}

/// A leader's belief about a host's own resolve: mean m beside the regional lesson M, and the variance as a share of
/// sigma_u^2.
template <class Real>
struct Belief {
  Real m;
  Real share;  ///< v / sigma_u^2, in [0, 1]; 0 where sigma_u is 0

  Real mean(Real regional) const { return m + share * regional; }
  Real variance(const Coefficients& k) const { return share * Real(k.sigma_u2); }
};

/// The host lets its resolve slip: y = u + sig_s z. Not called where sig_s is infinite.
template <class Real>
inline Belief<Real> after_sounding(Belief<Real> b, Real regional, Real signal, const Coefficients& k) {
  const Real v = b.variance(k);
  const Real gain = k.sig_s == 0.0f ? Real(1.0f) : v / (v + Real(k.sig_s2));
  const Real before = b.mean(regional);
  const Real mean = before + gain * (signal - before);
  const Real share = b.share * (Real(1.0f) - gain);
  return {mean - share * regional, share};
}

/// What an outcome y (1 or 0) of estimated chance pi teaches: the new share, and the step of the mean.
template <class Real>
struct Lesson {
  Real share;
  Real step;
};
template <class Real>
inline Lesson<Real> lesson(Belief<Real> b, Real y, Real pi, const Coefficients& k) {
  const Real share = b.share / (Real(1.0f) + b.variance(k) * (pi * (Real(1.0f) - pi)));
  return {share, share * Real(k.sigma_u2) * (y - pi)};
}

/// The belief whose mean is `mean` beside the regional lesson.
template <class Real>
inline Belief<Real> believe(Real mean, Real share, Real regional) {
  return {mean - share * regional, share};
}

/// What the leader weighs before answering, or at the look before departure.
template <class Real>
struct Prospect {
  Real V;
  Real alliance;   ///< a
  Real isolation;  ///< I
  Real hours;      ///< one way
  Real exposure;   ///< chance-weighted hours over states with a duty
  Real pi_arrest;
};

/// U_go without the fear of a refusal (which is Omega pi_r, and gone at the look).
template <class Real>
inline Real utility_of_going(const Prospect<Real>& x, Real Lambda, const Coefficients& k) {
  const Real worth = Real(k.b_V) * x.V + Real(k.b_al) * x.alliance + Real(k.b_I) * x.isolation * x.V;
  const Real danger = Lambda * (x.pi_arrest + Real(k.em) * x.exposure);
  return worth - Real(k.b_0) - Real(k.b_h) * x.hours - danger;
}

template <class Real>
inline Real utility_of_delegating(Real V, Real alliance, const Coefficients& k) {
  return Real(k.phi) * (Real(k.b_V) * V + Real(k.b_al) * alliance) - Real(k.b_del);
}

/// Multinomial logit over {go, delegate, skip}, skip having utility 0: the chances of the first, and of the first two.
template <class Real>
struct AnswerChances {
  Real go;
  Real go_or_delegate;
};
template <class Real>
inline AnswerChances<Real> answer_chances(Real U_go, Real U_delegate) {
  const Real most = max(max(U_go, U_delegate), Real(0.0f));
  const Real go = exp(U_go - most), delegate = exp(U_delegate - most), skip = exp(Real(0.0f) - most);
  const Real total = go + delegate + skip;
  return {go / total, (go + delegate) / total};
}

/// Chance of staying home once announced. U_go here is utility_of_going, without the fear of a refusal.
template <class Real>
inline Real p_stay_home(Real U_go, Real U_delegate, const Coefficients& k) {
  return logistic(max(U_delegate, Real(0.0f)) - U_go - Real(k.b_commit));
}

}  // namespace agents
