#include "sim/inference/axis.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>

#include "sim/inference/prior.hpp"

namespace sim {
namespace {

double share_below(double z) { return 0.5 * std::erfc(-z * 0.7071067811865476); }
double quantile(double share) {
  constexpr double least = 0x1p-53;
  return -1.4142135623730951 * boost::math::erfc_inv(2 * std::clamp(share, least, 1 - least));
}

}  // namespace

Axis::Axis(const agents::Parameter& row)
    : row_(row),
      below_(share_below(deviations(row, row.low))),
      held_(share_below(deviations(row, row.high)) - below_) {}

double Axis::value(double z) const {
  if (held_ < 1) z = quantile(below_ + held_ * share_below(z));
  return std::clamp(at_deviations(row_, z), row_.low, row_.high);
}

std::vector<Axis> axes_of(const std::vector<std::string>& names) {
  std::vector<Axis> axes;
  for (const std::string& name : names) axes.emplace_back(*agents::find_parameter(name));
  return axes;
}

}  // namespace sim
