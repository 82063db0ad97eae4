// The short table after a run, for someone who reads no documentation.
#pragma once
#include <string>

#include "scenarios/scenario.hpp"
#include "sim/run/run.hpp"

namespace cli {

/// ridge may be empty (a run that was stopped). under_sets: the histories were lived under parameter sets, those of the
/// ridge under the scenario's own parameters.
std::string summary(const scenarios::Scenario& scenario, const agents::Stage& stage, const sim::Tally& tally,
                    const std::vector<sim::RidgePoint>& ridge, bool under_sets);

}  // namespace cli
