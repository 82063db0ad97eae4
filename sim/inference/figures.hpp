// What a leader's travels over a horizon look like in figures: visits a year, to members, how concentrated, how far.
// Records and the literature give such figures where they give no single decisions.
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "agents/stage.hpp"
#include "agents/world.hpp"

namespace sim {

/// Figures over a horizon; those of a target that are 0 are not known.
struct Figures {
  std::string leader;                    ///< id
  double visits = 0, member_visits = 0;  ///< a year
  double first_five = 0;                 ///< share of visits to the five hosts most visited
  double median_km = 0;                  ///< great circle from home, half of the visits within it
};

/// Means over few histories of a world (for the leader that the figures name), of each history by itself: a record is
/// one history, in which the first five hosts take more than the five that all histories together favour.
Figures lived(const agents::Stage& stage, const std::string& leader, std::uint64_t seed, std::int64_t histories);

/// A synthetic likelihood: normal in the logs of rates and distance and in the share, with what a record of some years
/// leaves open and the model's own roughness as standard deviations (0.12, 0.3, 0.06, 0.2).
double log_fit(const Figures& target, const Figures& model);

}  // namespace sim
