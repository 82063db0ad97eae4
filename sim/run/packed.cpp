#include "sim/run/packed.hpp"

#include <algorithm>
#include <cstring>

namespace sim {

void PackedTrips::add(const BatchLife& lived, std::int64_t first, int count, std::int64_t most) {
  if (first >= most) return;
  const BlockView& block = lived.block();
  const auto replicates = static_cast<int>(std::min<std::int64_t>(count, most - first));
  if (decided_.empty()) {  // mostly there is one block
    first_ = first;
    words_.reserve(static_cast<std::size_t>(*block.made));
    if (block.weighed >= 0) weights_.reserve(words_.capacity());
  }
  for (int r = 0; r < replicates; ++r) {
    const auto rows = lived.rows(r);
    decided_.push_back(static_cast<std::int32_t>(rows.size()));
    for (const int row : rows) {
      std::memcpy(&words_.emplace_back(), block.decisions + row * decided::words, sizeof words_[0]);
      if (block.weighed >= 0) std::memcpy(&weights_.emplace_back(), block.weights + 2 * row, sizeof weights_[0]);
    }
  }
}

void PackedTrips::unpack(const StageView& stage,
                         const std::function<void(const std::vector<TripRecord>&)>& take) const {
  constexpr std::size_t enough = 256;  // stay in a near cache
  std::vector<TripRecord> some;
  std::size_t at = 0;
  for (std::size_t r = 0; r < decided_.size(); ++r) {
    for (int row = 0; row < decided_[r]; ++row, ++at) {
      TripRecord& record = some.emplace_back();
      record.replicate = first_ + static_cast<std::int64_t>(r);
      tell(stage, words_[at].data(), weights_.empty() ? nullptr : weights_[at].data(), record.decision);
    }
    if (some.size() < enough) continue;
    take(some);
    some.clear();
  }
  if (!some.empty()) take(some);
}

}  // namespace sim
