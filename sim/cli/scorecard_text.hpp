// A scorecard as people and as programs read it.
#pragma once
#include <string>

#include "sim/inference/scorecard.hpp"

namespace cli {

/// Model and baselines; by leader, membership, year and kind; calibration.
std::string scorecard_text(const sim::Scorecard& card);

/// One line of JSON for each figure, comparison, bin of the calibration and level of the reliability curve.
std::string scorecard_json(const sim::Scorecard& card);

}  // namespace cli
