// Whether a kernel tells histories as the oracle does, to the last bit.
#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "agents/life.hpp"
#include "sim/batch/batch.hpp"
#include "sim/rng/philox.hpp"

namespace support {

using agents::Decision;

inline bool same_bits(float a, float b) { return std::memcmp(&a, &b, sizeof a) == 0; }

inline bool same(const Decision& a, const Decision& b) {
  return a.leader == b.leader && a.host == b.host && a.event == b.event && a.second_stop == b.second_stop &&
         a.answer == b.answer && a.outcome == b.outcome && a.week == b.week && a.week_out == b.week_out &&
         a.order == b.order && a.duty == b.duty && a.reached == b.reached && same_bits(a.V, b.V) &&
         same_bits(a.days, b.days) && same_bits(a.hours, b.hours) && same_bits(a.detour_hours, b.detour_hours) &&
         same_bits(a.pi_arrest, b.pi_arrest) && same_bits(a.p_arrest, b.p_arrest) && same_bits(a.hazard, b.hazard) &&
         a.diverted_to == b.diverted_to && a.weight == b.weight && a.weight_out == b.weight_out;
}

inline bool same(const std::vector<float>& a, const std::vector<float>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](float x, float y) { return same_bits(x, y); });
}

inline bool same(const agents::History& a, const agents::History& b) {
  if (a.decisions.size() != b.decisions.size()) return false;
  for (std::size_t i = 0; i < a.decisions.size(); ++i)
    if (!same(a.decisions[i], b.decisions[i])) return false;
  return same(a.nu, b.nu) && same(a.pressure, b.pressure) && same(a.isolation, b.isolation) &&
         same(a.budget, b.budget) && a.weight == b.weight;
}

/// How many of the first n replicates a kernel tells otherwise than the oracle; `decisions` counts what was compared.
inline int differences(const agents::Stage& stage, const sim::Kernel& kernel, int n, agents::Manner manner,
                       std::size_t& decisions) {
  const sim::BatchStage batch(stage);
  sim::BatchLife side_by_side(batch, kernel, manner);
  agents::Life life(stage, manner);
  agents::History history;
  int differ = 0;
  for (int first = 0; first < n; first += sim::block_replicates) {
    const int count = std::min(sim::block_replicates, n - first);
    side_by_side.live(2025, static_cast<std::uint32_t>(first), count);
    for (int r = 0; r < count; ++r) {
      sim::PhiloxLuck luck(2025, static_cast<std::uint32_t>(first + r));
      side_by_side.tell(r, history);
      decisions += history.decisions.size();
      if (!same(life.live(luck), history)) ++differ;
    }
  }
  return differ;
}

inline void check_all_kernels(const agents::Stage& stage, int n, agents::Manner manner = {}) {
  for (const sim::Kernel& kernel : sim::kernels()) {
    if (kernel.isa > sim::best_isa()) continue;
    CAPTURE(sim::name(kernel.isa));
    CAPTURE(kernel.width);
    std::size_t decisions = 0;
    CHECK(differences(stage, kernel, n, manner, decisions) == 0);
    CHECK(decisions > 0);
  }
}

}  // namespace support
