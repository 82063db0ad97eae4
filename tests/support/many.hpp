// Many replicates of a small world, one after another, under the program's own luck.
#pragma once
#include <cstdint>

#include "agents/life.hpp"
#include "sim/rng/philox.hpp"

namespace support {

/// Lives replicates 0 .. n-1 under a seed and shows each history.
template <class Look>
void live_many(const agents::Stage& stage, std::uint64_t seed, std::uint32_t n, Look look, agents::Manner manner = {}) {
  agents::Life life(stage, manner);
  for (std::uint32_t r = 0; r < n; ++r) {
    sim::PhiloxLuck luck(seed, r);
    look(life.live(luck));
  }
}

}  // namespace support
