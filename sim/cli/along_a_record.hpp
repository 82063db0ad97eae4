// From a record and a scenario to what the filter reads: which decisions the scenario's leaders faced inside its
// horizon, in its weeks and hosts.
#pragma once
#include <vector>

#include "scenarios/record.hpp"
#include "scenarios/scenario.hpp"
#include "sim/inference/filter.hpp"
#include "sim/inference/prediction.hpp"

namespace cli {

struct AlongARecord {
  agents::World world;  ///< without what a replicate along a record never uses: own opportunities, routes elsewhere
  std::vector<sim::Opportunity> opportunities;  ///< as the filter wants them
  std::vector<sim::Prediction> predictions;     ///< the same rows, `p` still empty
  std::vector<std::string> notes;               ///< what is left out or disagrees, one sentence each
};

/// `used`: by row of the record; set where the scenario takes the row.
AlongARecord along_a_record(const scenarios::Scenario& scenario, const scenarios::Record& record,
                            std::vector<bool>& used);

}  // namespace cli
