// Parameters on the scale of their priors.
#pragma once
#include <string>
#include <vector>

#include "agents/parameters.hpp"

namespace sim {

/// z is standard normal under the parameter's prior, and no z is outside the legal range.
class Axis {
 public:
  /// `row` has a prior that is not fixed.
  explicit Axis(const agents::Parameter& row);
  double value(double z) const;

 private:
  agents::Parameter row_;
  double below_, held_;  ///< how much of the prior would lie below the range, and inside
};

std::vector<Axis> axes_of(const std::vector<std::string>& names);

}  // namespace sim
