#include "sim/run/packed.hpp"

#include <algorithm>

namespace sim {

void PackedTrips::add(const BatchLife& lived, std::int64_t first, int count, std::int64_t most) {
  if (first >= most) return;
  const BlockView& block = lived.block();
  const auto replicates = static_cast<int>(std::min<std::int64_t>(count, most - first));
  if (number_.empty()) {  // mostly there is one block
    first_ = first;
    decided_.reserve(static_cast<std::size_t>(*block.made));
    if (block.weighed >= 0) weights_.reserve(decided_.capacity());
  }
  for (int r = 0; r < replicates; ++r) {
    const auto rows = lived.rows(r);
    number_.push_back(static_cast<std::int32_t>(rows.size()));
    for (const int row : rows) {
      decided_.emplace_back(block.decisions, row);
      if (block.weighed < 0) continue;
      const double* weights = block.decisions.weights + 2 * row;
      weights_.push_back({weights[0], weights[1]});
    }
  }
}

void PackedTrips::unpack(const StageView& stage,
                         const std::function<void(const std::vector<TripRecord>&)>& take) const {
  constexpr std::size_t enough = 256;  // stay in a near cache
  std::vector<TripRecord> some;
  std::size_t at = 0;
  for (std::size_t r = 0; r < number_.size(); ++r) {
    for (int row = 0; row < number_[r]; ++row, ++at) {
      TripRecord& record = some.emplace_back();
      record.replicate = first_ + static_cast<std::int64_t>(r);
      tell(stage, decided_[at], weights_.empty() ? nullptr : weights_[at].data(), record.decision);
    }
    if (some.size() < enough) continue;
    take(some);
    some.clear();
  }
  if (!some.empty()) take(some);
}

}  // namespace sim
