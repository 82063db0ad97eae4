// Counterfactuals: worlds lived side by side under the same luck, replicate by replicate, so that what differs between
// them is the difference of the worlds and little else (common random numbers; ODD.md, "Estimators").
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "agents/stage.hpp"
#include "sim/batch/batch.hpp"
#include "sim/stats/tally.hpp"

namespace sim {

/// What is compared: the measures of an itinerary, in their order; the visits to states party to the Rome Statute, with
/// or without a warrant; two of the norm.
inline constexpr std::size_t party_visits_outcome = measures, final_nu_outcome = measures + 1,
                             mean_nu_outcome = measures + 2, outcomes = measures + 3;
MeasureInfo outcome_info(std::size_t outcome);

/// The outcomes of each leader in one history, [leader][outcome]: what Tally adds up, for a single replicate.
void tell_outcomes(const agents::Stage& stage, const agents::History& history, std::vector<double>& into);

/// How two itineraries begin to differ.
enum class Parting : std::uint8_t {
  idea,    ///< an occasion arises (or is pursued) in one of them only
  answer,  ///< the leader answers the same occasion otherwise
  outcome  ///< what was announced ends otherwise, or in another week
};
inline constexpr std::array<std::string_view, 3> parting_names = {"idea", "answer", "outcome"};

struct CompareSettings {
  std::uint64_t seed = 1;
  std::int64_t replicates = 100000;
  int threads = 1;
  const Kernel* kernel = nullptr;                 ///< null: the best this machine has. Never changes a result.
  const std::atomic<bool>* stop = nullptr;        ///< chunks in hand are finished, the rest is left
  std::function<void(std::int64_t)> on_progress;  ///< replicates done, from one thread at a time
};

/// Sums over replicates of a base world and its alternatives. Leaders are those of the base that live in every world.
class Comparison {
 public:
  /// The base first; they must be there as long as replicates are added. They share horizon and hosts;
  /// std::invalid_argument if not, or if no leader is common.
  explicit Comparison(std::span<const agents::Stage* const> worlds);

  std::int64_t replicates = 0;
  std::vector<std::string> leaders;  ///< names in the worlds
  std::vector<std::string> hosts;
  std::vector<std::string> events;  ///< names of first stages: the base's, then what the alternatives add
  std::size_t alternatives = 0;

  struct Difference {
    double base, alternative;     ///< means
    double mean, standard_error;  ///< of alternative - base, paired
    double paired, unpaired;      ///< variance of the difference of two histories: same luck, luck of their own
    double reduction() const;     ///< unpaired / paired: 1 if both are 0
  };
  Difference difference(std::size_t alternative, std::size_t leader, std::size_t outcome) const;
  /// Paired difference of the visits at an event, a row of `events`; after them bilateral visits, then second stops.
  Estimate event_difference(std::size_t alternative, std::size_t leader, std::size_t event) const;
  /// Paired difference of the visits to a host.
  Estimate host_difference(std::size_t alternative, std::size_t leader, std::size_t host) const;
  std::int64_t changed(std::size_t alternative, std::size_t leader) const;  ///< itineraries that differ

  struct PartedAt {
    std::size_t alternative, leader, host;
    std::int32_t event;  ///< row of `events`; -1: bilateral; -2: second stop
    Parting how;
    std::int64_t itineraries;
  };
  /// Where itineraries part, most frequent first for each alternative and leader.
  std::vector<PartedAt> partings() const;

  /// One replicate, as each world lived it.
  void add(std::span<const agents::History> histories);
  Comparison& operator+=(const Comparison& later);  ///< in the order of the replicates

 private:
  void compare(std::size_t alternative, std::size_t leader, const agents::History& base, const agents::History& other);
  std::int32_t event_of(std::size_t world, const agents::Decision& d) const;

  std::vector<const agents::Stage*> worlds_;
  std::vector<std::vector<std::size_t>> leader_row_;               ///< [world][leader]: in that world
  std::vector<std::vector<std::vector<std::int32_t>>> event_row_;  ///< [world][leader of the world][its row]
  std::vector<double> sum_, squares_;                              ///< [world][leader][outcome]
  std::vector<double> difference_sum_, difference_squares_;        ///< [alternative][leader][outcome]
  std::vector<double> host_sum_, host_squares_;                    ///< [alternative][leader][host]
  std::vector<double> event_sum_, event_squares_;  ///< [alternative][leader][event, bilateral, second stop]
  std::vector<std::int64_t> changed_;              ///< [alternative][leader]
  std::map<std::tuple<std::size_t, std::size_t, std::size_t, std::int32_t, Parting>, std::int64_t> parted_;

  // One replicate's own figures.
  std::vector<std::vector<double>> told_;  ///< [world][leader of the world, outcome]
  std::vector<double> at_event_;           ///< [event, bilateral, second stop], likewise
  std::vector<double> visits_;             ///< [host], alternative minus base; cleared after each
};

/// Replicates 0 .. replicates() - 1 were lived: all of them, or fewer after a stop. Means need one, errors two.
Comparison compare(std::span<const agents::Stage* const> worlds, const CompareSettings& settings);

}  // namespace sim
