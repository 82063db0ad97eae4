// What the decisions of a block of replicates come to, where each counts as one: whole numbers by outcome, and each
// itinerary's measures.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/batch/batch.hpp"
#include "sim/batch/rows_by_replicate.hpp"
#include "sim/stats/tally.hpp"

namespace sim {

class BlockCounts {
 public:
  static constexpr std::size_t most_outcomes = 16;  // in four bits
  /// Measures that are whole numbers, counted side by side.
  static constexpr std::array<Measure, 8> whole_measures = {
      Measure::visits,    Measure::member_visits, Measure::delegated,        Measure::skipped,
      Measure::withdrawn, Measure::stays_home,    Measure::private_refusals, Measure::cut_short};
  using Whole [[gnu::vector_size(16)]] = std::uint16_t;
  /// Two sums side by side.
  using Pair [[gnu::vector_size(16)]] = double;
  struct Itinerary {
    Whole whole;         ///< whole_measures
    Pair hours, stayed;  ///< flown and of the detour; value and days
    double forgone;
  };

  /// Counts the block just lived, anew.
  void count(const BatchLife& lived, bool with_visits);

  /// [most_outcomes]: how often each outcome came about for a leader at a host, or at event e (occasion ~e).
  const std::uint32_t* outcomes(std::size_t leader, int occasion) const;
  const std::vector<std::uint64_t>& visits_squared() const { return squared_; }         ///< [leader][host]
  const std::vector<std::uint32_t>& visits_of_week() const { return visits_of_week_; }  ///< [leader][week]
  std::vector<float>& visits() { return visits_; }  ///< [leader][week][replicate], if asked for; may be taken
  const Itinerary& itinerary(std::size_t leader, int r) const {
    return itineraries_[leader * R + static_cast<std::size_t>(r)];
  }
  /// Rows of a replicate's arrivals where somebody could have made an arrest, in order.
  std::span<const std::int32_t> exposed(int r) const { return exposed_.of(r); }

 private:
  static constexpr std::size_t R = block_replicates;

  void begin(const BlockView& block, const StageView& stage, bool with_visits);
  template <bool several, bool with_visits>
  void count(const BatchLife& lived);

  std::size_t most_events_ = 0, occasions_ = 0;
  std::vector<std::uint32_t> outcomes_;        ///< [leader][events backwards, then hosts][outcome]
  std::vector<std::uint64_t> squared_;         ///< [leader][host]
  std::vector<std::uint16_t> twice_here_;      ///< [leader][host][replicate]: 2 x the visits
  std::vector<std::uint32_t> visits_of_week_;  ///< [leader][week]
  std::vector<float> visits_;                  ///< [leader][week][replicate]
  std::vector<Itinerary> itineraries_;         ///< [leader][replicate]
  std::vector<const float*> hours_;            ///< [leader][week]: by host
  std::vector<std::int32_t> exposed_as_made_;
  RowsByReplicate exposed_;
};

}  // namespace sim
