#include "sim/inference/prior.hpp"

#include <cmath>
#include <limits>

namespace sim {

double standard_normal(Philox& stream) {
  const double u = (stream() + 0.5) * 0x1p-32, v = (stream() + 0.5) * 0x1p-32;
  return std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586 * v);
}

double draw(const agents::Parameter& row, Philox& stream) {
  using Kind = agents::Prior::Kind;
  if (row.prior.kind == Kind::fixed) return row.prior.a;
  for (;;) {
    const double z = standard_normal(stream);
    const double x =
        row.prior.kind == Kind::normal ? row.prior.a + row.prior.b * z : row.prior.a * std::exp(row.prior.b * z);
    if (x >= row.low && x <= row.high) return x;
  }
}

double log_density(const agents::Parameter& row, double x) {
  using Kind = agents::Prior::Kind;
  if (row.prior.kind == Kind::fixed) return 0;
  if (!(x >= row.low && x <= row.high)) return -std::numeric_limits<double>::infinity();
  const double z =
      row.prior.kind == Kind::normal ? (x - row.prior.a) / row.prior.b : std::log(x / row.prior.a) / row.prior.b;
  return -0.5 * z * z - (row.prior.kind == Kind::lognormal ? std::log(x) : 0) - std::log(row.prior.b);
}

}  // namespace sim
