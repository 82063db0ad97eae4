// Decisions on their way from the thread that lived them to the one that takes them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "agents/decision.hpp"
#include "sim/batch/batch.hpp"

namespace sim {

/// A decision and the replicate it belongs to.
struct TripRecord {
  std::int64_t replicate;
  agents::Decision decision;
};

/// Records as columns, typed as in a file of trips; what they mean: agents::Decision.
struct TripTable {
  std::vector<std::int64_t> replicate;
  std::vector<std::int16_t> leader, host, event, week, week_out, diverted_to;
  std::vector<float> V, days, hours, detour_hours, pi_arrest, p_arrest, hazard;
  std::vector<double> weight, weight_out;
  std::vector<std::int8_t> second_stop, answer, outcome, order, duty, reached;

  std::size_t rows() const { return replicate.size(); }
  TripRecord operator[](std::size_t row) const;
  /// Calls f(record) for each row.
  template <class F>
  void each(F f) const {
    for (std::size_t row = 0; row < rows(); ++row) f((*this)[row]);
  }

  void add(const TripRecord& record);
  void add(const TripTable& more);
  /// Those of the replicates below `most` of a block just lived, which begins with replicate `first`; in the order of
  /// the replicates.
  void add(const BatchLife& lived, std::int64_t first, int count, std::int64_t most);

 private:
  void reserve(std::size_t rows);
  void resize(std::size_t rows);
  void put(std::size_t row, std::int64_t replicate, const agents::Decision& decision);
};

}  // namespace sim
