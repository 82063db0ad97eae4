// Rows of a block's decisions, sorted by the replicate they are about.
#pragma once
#include <array>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "sim/batch/decided.hpp"

namespace sim {

class RowsByReplicate {
 public:
  /// Sorts row(0) to row(n - 1); those of one replicate stay in this order.
  template <class F>
  void sort(const DecisionColumns& decisions, int n, F row) {
    const auto end_of = [&](int i) -> std::uint32_t& {
      return end_[static_cast<std::size_t>(Decided(decisions, row(i)).replicate())];
    };
    end_.fill(0);
    for (int i = 0; i < n; ++i) ++end_of(i);
    std::exclusive_scan(end_.begin(), end_.end(), end_.begin(), 0u);
    rows_.resize(static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) rows_[end_of(i)++] = row(i);
  }
  std::span<const std::int32_t> of(int r) const {
    const std::uint32_t begin = r > 0 ? end_[static_cast<std::size_t>(r) - 1] : 0;
    return std::span(rows_).first(end_[static_cast<std::size_t>(r)]).subspan(begin);
  }

 private:
  std::vector<std::int32_t> rows_;
  std::array<std::uint32_t, block_replicates> end_{};  ///< where in rows_ those of a replicate end
};

}  // namespace sim
