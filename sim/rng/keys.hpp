// The key of a Philox block, round by round, for those who draw many blocks side by side. No inline code: files
// compiled for one instruction set include this (sim/batch/view.hpp).
#pragma once
#include <cstdint>

namespace sim {

/// The two words of the key in each of the ten rounds.
using RoundKeys = std::uint64_t[10][2];

}  // namespace sim
