#include "sim/inference/axis.hpp"

#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>

namespace sim {
namespace {

using Kind = agents::Prior::Kind;

double share_below(double z) { return 0.5 * std::erfc(-z * 0.7071067811865476); }
double quantile(double share) {
  constexpr double least = 0x1p-53;
  return -1.4142135623730951 * boost::math::erfc_inv(2 * std::clamp(share, least, 1 - least));
}

}  // namespace

Axis::Axis(const agents::Parameter& row)
    : row_(row), below_(share_below(standardised(row.low))), held_(share_below(standardised(row.high)) - below_) {}

double Axis::value(double z) const {
  if (held_ < 1) z = quantile(below_ + held_ * share_below(z));
  const double a = row_.prior.a, b = row_.prior.b;
  return std::clamp(row_.prior.kind == Kind::normal ? a + b * z : a * std::exp(b * z), row_.low, row_.high);
}

double Axis::standardised(double x) const {
  const double a = row_.prior.a, b = row_.prior.b;
  return row_.prior.kind == Kind::normal ? (x - a) / b : std::log(x / a) / b;
}

std::vector<Axis> axes_of(const std::vector<std::string>& names) {
  std::vector<Axis> axes;
  for (const std::string& name : names) axes.emplace_back(*agents::find_parameter(name));
  return axes;
}

}  // namespace sim
