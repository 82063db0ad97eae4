#include "agents/arithmetic.hpp"

#include <algorithm>
#include <limits>

namespace agents {

namespace math {
namespace {

constexpr double ln2_high = 0x1.62e42fee00000p-1, ln2_low = 0x1.a39ef35793c76p-33;
constexpr double half_pi_high = 0x1.921fb54400000p+0, half_pi_low = 0x1.0b4611a626331p-34;

double power_of_two(int n) { return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52); }

double scale(double x, int n) {  // in two steps, for results near the ends of the range
  const int half = n / 2;
  return x * power_of_two(half) * power_of_two(n - half);
}

int nearest(double x) { return static_cast<int>(std::floor(x + 0.5)); }

double exp_small(double r) {  // |r| <= ln2/2: Taylor to r^13 leaves 4e-18
  double s = 1;
  for (int k = 13; k >= 1; --k) s = 1 + s * r / k;
  return s;
}

double sin_small(double r) {  // |r| <= pi/4
  const double r2 = r * r;
  double s = 1;
  for (int k = 18; k >= 2; k -= 2) s = 1 - s * r2 / (k * (k + 1));
  return s * r;
}

double cos_small(double r) {
  const double r2 = r * r;
  double s = 1;
  for (int k = 18; k >= 2; k -= 2) s = 1 - s * r2 / (k * (k - 1));
  return s;
}

double atan_unit(double x) {  // x in [0, 1]: halve the angle twice, then the series
  x = x / (1 + std::sqrt(1 + x * x));
  x = x / (1 + std::sqrt(1 + x * x));
  const double x2 = x * x;
  double s = 0;
  for (int k = 25; k >= 1; k -= 2) s = 1.0 / k - s * x2;
  return 4 * s * x;
}

struct Turn {
  int quarter;
  double r;
};
Turn reduce(double x) {
  const int q = nearest(x / (pi / 2));
  return {q & 3, (x - q * half_pi_high) - q * half_pi_low};
}

}  // namespace

double exp(double x) {
  if (x > 709.7) return std::numeric_limits<double>::infinity();
  if (x < -745) return 0;
  const int n = nearest(x / (ln2_high + ln2_low));
  return scale(exp_small((x - n * ln2_high) - n * ln2_low), n);
}

double exp2(double x) {
  if (x > 1023.9) return std::numeric_limits<double>::infinity();
  if (x < -1074) return 0;
  const int n = nearest(x);
  return scale(exp_small((x - n) * (ln2_high + ln2_low)), n);
}

double log(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  int e = static_cast<int>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0xfffffffffffffull) | 0x3ff0000000000000ull);
  if (m > 1.4142135623730951) {
    m /= 2;
    ++e;
  }
  const double s = (m - 1) / (m + 1), s2 = s * s;
  double sum = 0;
  for (int k = 23; k >= 1; k -= 2) sum = 1.0 / k + sum * s2;
  return e * ln2_high + (2 * s * sum + e * ln2_low);
}

double log10(double x) { return log(x) / 2.30258509299404568402; }

double sin(double x) {
  const auto [quarter, r] = reduce(x);
  const double s = quarter & 1 ? cos_small(r) : sin_small(r);
  return quarter & 2 ? -s : s;
}

double cos(double x) {
  const auto [quarter, r] = reduce(x);
  const double s = quarter & 1 ? sin_small(r) : cos_small(r);
  return quarter == 1 || quarter == 2 ? -s : s;
}

double atan2(double y, double x) {
  if (x == 0 && y == 0) return 0;
  const double ax = x < 0 ? -x : x, ay = y < 0 ? -y : y;
  double angle = ay <= ax ? atan_unit(ay / ax) : pi / 2 - atan_unit(ax / ay);
  if (x < 0) angle = pi - angle;
  return y < 0 ? -angle : angle;
}

double asin(double x) { return atan2(x, std::sqrt((1 - x) * (1 + x))); }

}  // namespace math

PoissonTable::PoissonTable(double mean) {
  double term = math::exp(-mean), sum = term;
  for (int n = 1; sum < 1 - 0x1p-33 && n < 1000; ++n) {
    below_.push_back(static_cast<std::uint32_t>(sum * 4294967296.0));
    term *= mean / n;
    sum += term;
  }
}

void AliasTables::add(const std::vector<double>& weights) {
  double total = 0;
  for (double w : weights) total += w;
  const auto n = weights.size();
  slots_.resize(slots_.size() + n);
  exists_.push_back(total > 0);
  if (!(total > 0)) return;
  AliasTable::Slot* const slots = &slots_[slots_.size() - n];
  const auto whole = [](std::uint32_t own) { return AliasTable::Slot{0xffffffffu, own | own << 16}; };
  std::vector<double> share(n);
  std::vector<std::uint16_t> small(n), large(n);  // stacks of indices
  std::size_t smalls = 0, larges = 0;
  for (std::size_t i = 0; i < n; ++i) {
    share[i] = weights[i] * static_cast<double>(n) / total;
    small[smalls] = large[larges] = static_cast<std::uint16_t>(i);  // no branch: either is as likely
    const bool is_small = share[i] < 1;
    smalls += is_small;
    larges += !is_small;
  }
  while (smalls > 0 && larges > 0) {
    const std::uint32_t l = large[larges - 1];
    double left = share[l];
    do {
      const std::uint32_t s = small[--smalls];
      slots[s] = {static_cast<std::uint32_t>(share[s] * 4294967296.0), s | l << 16};
      left = (left + share[s]) - 1;
    } while (left >= 1 && smalls > 0);
    share[l] = left;
    if (left < 1) {
      --larges;
      small[smalls++] = static_cast<std::uint16_t>(l);
    }
  }
  while (larges > 0) {
    const std::uint32_t l = large[--larges];
    slots[l] = whole(l);
  }
  // Left over by rounding only: keep them whole, unless they have no weight at all.
  const auto heaviest = [&] { return static_cast<std::uint32_t>(std::ranges::max_element(weights) - weights.begin()); };
  while (smalls > 0) {
    const std::uint32_t s = small[--smalls];
    slots[s] = weights[s] > 0 ? whole(s) : AliasTable::Slot{0, s | heaviest() << 16};
  }
}

}  // namespace agents
