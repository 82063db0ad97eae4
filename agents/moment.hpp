// What the equations read when something about a trip was decided, and what came of them. For explaining a history
// (agents/reasons.hpp), never for results. Terms that stay for weeks, and the route: Stage.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "agents/ids.hpp"

namespace agents {

struct Moment {
  enum class Kind : std::uint8_t { answer, invitation, look, arrest } kind;
  Week week = 0;
  std::size_t decision = 0;  ///< row in the history
  LeaderId leader;
  HostId host;
  float V = 0, lead = 1, bound = 0, cover = 0, order = 0;
  float nu = 0, findings = 0, pressure = 0, resolve = 0, delta = 0, isolation = 0;
  float belief_mean = 0, belief_sd = 0;
  std::uint32_t word = 0;  ///< the luck that the chance met: it comes about where word 2^-32 < p
  /// answer {U_go, U_delegate, p_go, p_go or delegate}; invitation {p_refuse, p_this_week}; look {p_stay, pi_arrest};
  /// arrest {p_arrest}
  std::array<float, 4> used{};
};

}  // namespace agents
