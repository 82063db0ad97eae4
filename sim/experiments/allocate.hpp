// Where campaign effort repays: one more unit of it given wholly to one host after another, each world beside the one
// without it under the same luck.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "agents/stage.hpp"
#include "sim/experiments/compare.hpp"

namespace sim {

/// An organisation that has reach into one host only.
struct Effort {
  double units = 1;          ///< weekly budget, medium organisations (the shipped ones sum to 5)
  double litigation = 0.2;   ///< y
  double winnability = 0.3;  ///< omega
};
agents::World with_effort(agents::World world, agents::HostId host, const Effort& effort);

/// A host that effort can hold on to: trips are announced there while it has a duty.
struct Place {
  agents::HostId host;
  double goes = 0;                ///< announced trips a history, in the weeks of a duty, of all leaders together
  std::vector<double> by_leader;  ///< of each
};
/// The `most` hosts with most such trips, by `replicates` histories of the base; hosts without any are not among them:
/// effort there changes nothing, in any history.
std::vector<Place> places(const agents::Stage& stage, std::size_t most, const CompareSettings& settings);

enum class Verdict : std::uint8_t { above, cannot_tell, below };
inline constexpr std::array<std::string_view, 3> verdict_names = {"above 0", "cannot tell", "below 0"};

/// A marginal effect and its interval. The intervals of a family hold all at once with 95 % (Bonferroni): the family of
/// the visits are all places and leaders, that of the norm all places.
struct Effect {
  double mean = 0, standard_error = 0, low = 0, high = 0;
  Verdict verdict() const { return low > 0 ? Verdict::above : high < 0 ? Verdict::below : Verdict::cannot_tell; }
};

struct Allocation {
  std::int64_t replicates = 0;
  std::vector<std::string> leaders;
  struct At {
    Place place;
    std::vector<Effect> prevented;            ///< by leader: visits under a duty that are not made, anywhere
    std::vector<double> there;                ///< by leader: visits to this host that are not made
    std::vector<std::vector<double>> events;  ///< by leader and event (then bilateral, second stop): not made there
    std::vector<double> reduction;            ///< by leader: variance unpaired over paired, of `prevented`
    Effect norm;                              ///< change of the mean of nu over the weeks
  };
  std::vector<At> at;               ///< the most prevented (all leaders together) first
  std::vector<std::string> events;  ///< ids
};

/// z of m intervals that hold all at once with 95 %.
double simultaneous_z(std::size_t m);

/// Fewer replicates after a stop.
Allocation allocate(const agents::World& world, const std::vector<Place>& places, const Effort& effort,
                    const CompareSettings& settings);

}  // namespace sim
