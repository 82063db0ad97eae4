// Decisions on their way from the thread that lived them to the one that takes them.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "sim/batch/batch.hpp"
#include "sim/batch/decided.hpp"

namespace sim {

/// A decision and the replicate it belongs to.
struct TripRecord {
  std::int64_t replicate;
  agents::Decision decision;
};

/// The decisions of some replicates in a row, in a third of the room of TripRecords.
class PackedTrips {
 public:
  /// Adds those of the replicates below `most` of a block just lived, which begins with replicate `first`: the one
  /// after the last added.
  void add(const BatchLife& lived, std::int64_t first, int count, std::int64_t most);

  /// Hands them out as records, some whole replicates at a time. `stage`: of the life that lived them.
  void unpack(const StageView& stage, const std::function<void(const std::vector<TripRecord>&)>& take) const;

 private:
  std::int64_t first_ = 0;
  std::vector<std::int32_t> number_;            ///< of decisions, by replicate
  std::vector<Decided> decided_;                ///< by decision
  std::vector<std::array<double, 2>> weights_;  ///< by decision, with weighed arrests only
};

}  // namespace sim
