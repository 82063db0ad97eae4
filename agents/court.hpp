// What courts do: a domestic court orders an arrest where a suit succeeds; the international court only finds.
#pragma once
#include "agents/arithmetic.hpp"

namespace agents {

/// Chance of an order. rate: rho_suit J (1 + Q) / 2; suit: effort spent on litigation, budgets; weeks: how long (d/7
/// for a stay).
template <class Real>
inline Real p_order(Real rate, Real suit, Real weeks) {
  return one_minus_exp(rate * suit * weeks);
}

}  // namespace agents
