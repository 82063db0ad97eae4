#include "sim/run/packed.hpp"

#include <algorithm>
#include <numeric>

namespace sim {

void PackedTrips::add(const BatchLife& lived, std::int64_t first, int count, std::int64_t most) {
  if (first >= most) return;
  const BlockView& block = lived.block();
  const auto replicates = static_cast<std::size_t>(std::min<std::int64_t>(count, most - first));
  if (decided_.empty()) {  // mostly there is one block
    first_ = first;
    const int decisions = std::accumulate(block.decided, block.decided + replicates, 0);
    words_.reserve(static_cast<std::size_t>(decisions) * decided::words);
  }
  decided_.insert(decided_.end(), block.decided, block.decided + replicates);
  const auto append = [&](auto& to, const auto* from, std::size_t words) {
    const std::size_t row = static_cast<std::size_t>(block.most_decisions) * words;
    for (std::size_t r = 0; r < replicates; ++r, from += row)
      to.insert(to.end(), from, from + static_cast<std::size_t>(block.decided[r]) * words);
  };
  append(words_, block.decisions, decided::words);
  if (block.weighed >= 0) append(weights_, block.weights, 2);
}

bool PackedTrips::next(const StageView& stage, Place& at, std::vector<TripRecord>& some) const {
  constexpr std::size_t enough = 256;  // stay in a near cache
  some.clear();
  for (; at.replicate < decided_.size() && some.size() < enough; ++at.replicate)
    for (int row = 0; row < decided_[at.replicate]; ++row, ++at.decision) {
      TripRecord& record = some.emplace_back();
      record.replicate = first_ + static_cast<std::int64_t>(at.replicate);
      tell(stage, &words_[at.decision * decided::words], record.decision);
      if (weights_.empty()) continue;
      record.decision.weight = weights_[2 * at.decision];
      record.decision.weight_out = weights_[2 * at.decision + 1];
    }
  return !some.empty();
}

}  // namespace sim
