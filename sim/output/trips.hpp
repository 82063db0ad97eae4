// All decisions of all replicates, for `--trips all`: a folder NAME.trips of closed parts, in the order of the
// replicates. Each part has the columns of the group `trips` of a results file (SCHEMA.md).
#pragma once
#include <cstdint>
#include <deque>
#include <filesystem>
#include <future>
#include <memory>
#include <vector>

#include "sim/output/results.hpp"

namespace sim {

/// `results` with .trips in place of its extension.
std::filesystem::path trips_folder(const std::filesystem::path& results);

/// Parts are written to NAME.trips.partial, which becomes NAME.trips when all are there; a folder that is not finished
/// never carries the final name. Parts are put together and written aside, three at once at most, while more is lived.
/// Errors: std::system_error naming the path, from the next call after they happen.
class TripsWriter {
 public:
  /// The stage must outlive the writer. What an interrupted run left in NAME.trips.partial is removed.
  /// `part_bytes`: a part is closed before it would grow beyond this.
  TripsWriter(const std::filesystem::path& results, const agents::Stage& stage, const ResultsText& text,
              std::uint64_t seed, std::int64_t part_bytes = 16'000'000);

  /// An unfinished folder is removed.
  ~TripsWriter();
  TripsWriter(const TripsWriter&) = delete;
  TripsWriter& operator=(const TripsWriter&) = delete;

  /// In the order of the replicates, a replicate never in two calls.
  void add(const TripTable& trips);

  /// `replicates` were lived. An older NAME.trips is replaced; one that holds anything but parts is left alone:
  /// ResultsError.
  void finish(std::int64_t replicates);

 private:
  void write_part(std::int64_t past_replicate);
  void wait_until_at_most(std::size_t parts);

  std::filesystem::path folder_, partial_;
  const agents::Stage& stage_;
  std::string fingerprint_;
  std::uint64_t seed_;
  std::size_t most_rows_;
  struct Part;
  std::unique_ptr<Part> part_;  ///< the one that grows
  int parts_ = 0;
  std::deque<std::future<void>> writing_;
};

}  // namespace sim
