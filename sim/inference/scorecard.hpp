// Predictions of a record against what happened, beside what simple forecasters would have said of the same decisions.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/inference/prediction.hpp"
#include "sim/inference/scores.hpp"

namespace sim {

/// One figure of one forecaster about one group of decisions.
struct Figure {
  std::string forecaster;  ///< "model" or a baseline
  std::string group;       ///< "all", "leader: NAME", "members", "non-members", "kind: KIND", "year: 2011"
  std::string score;       ///< log, brier, auc, expected_error, z; of the model also went (share), log_outcome,
                           ///< ranked_probability
  std::size_t n = 0;
  double value = 0;
  Interval interval;  ///< NaN where none is given
};

/// The model against a baseline on the same draws of events.
struct AgainstBaseline {
  std::string score, baseline;
  double ratio = 0;  ///< model / baseline, below 1: the model is better
  Interval interval;
  bool best = false;  ///< no other baseline scores better
};

struct Scorecard {
  std::size_t n = 0;
  double went = 0;  ///< share
  std::vector<Figure> figures;
  std::vector<AgainstBaseline> comparisons;  ///< log and Brier, with every baseline
  std::vector<Bin> calibration;              ///< of the model, bins of equal size
  std::vector<Bin> reliability;
  const Figure* find(std::string_view forecaster, std::string_view group, std::string_view score) const;
};

/// Predictions of all leaders pooled; those that cannot be scored (p all 0: the leader had been arrested in every
/// replicate) are left out. Intervals by bootstrap over events for the group "all" and for the model elsewhere.
Scorecard scorecard(std::span<const Prediction> predictions, const Bootstrap& settings = {});

}  // namespace sim
