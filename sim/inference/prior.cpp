#include "sim/inference/prior.hpp"

#include <cmath>

namespace sim {

using Kind = agents::Prior::Kind;

double standard_normal(Philox& stream) {
  const double u = (stream() + 0.5) * 0x1p-32, v = (stream() + 0.5) * 0x1p-32;
  return std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v);
}

double at_deviations(const agents::Parameter& row, double z) {
  const double a = row.prior.a, b = row.prior.b;
  return row.prior.kind == Kind::normal ? a + b * z : a * std::exp(b * z);
}

double deviations(const agents::Parameter& row, double x) {
  const double a = row.prior.a, b = row.prior.b;
  return row.prior.kind == Kind::normal ? (x - a) / b : std::log(x / a) / b;
}

double draw(const agents::Parameter& row, Philox& stream) {
  if (row.prior.kind == Kind::fixed) return row.prior.a;
  for (;;) {
    const double x = at_deviations(row, standard_normal(stream));
    if (x >= row.low && x <= row.high) return x;
  }
}

}  // namespace sim
