// What a statistical test needs: how likely a deviation is, and Gaussian integrals. In double, with libm: tests only.
#pragma once
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace support {

inline double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// Chance that a standard normal number lies further from 0 than z, on either side.
inline double two_sided(double z) { return std::erfc(std::abs(z) / std::sqrt(2.0)); }

/// Chance of a chi-square number with k degrees of freedom above x: the regularised gamma function's series.
inline double chi_square_tail(double x, int k) {
  const double a = k / 2.0, y = x / 2;
  double term = 1 / a, sum = term;
  for (int n = 1; n < 10000 && term > sum * 1e-17; ++n) sum += term *= y / (a + n);
  const double below = std::exp(a * std::log(y) - y - std::lgamma(a)) * sum;
  return below < 1 ? 1 - below : 0;
}

inline double log_binomial_chance(std::uint64_t k, std::uint64_t n, double p) {
  const auto d = [](std::uint64_t i) { return static_cast<double>(i); };
  return std::lgamma(d(n) + 1) - std::lgamma(d(k) + 1) - std::lgamma(d(n - k) + 1) + d(k) * std::log(p) +
         d(n - k) * std::log1p(-p);
}

/// Chance of a count at least as far out as this one on its side, doubled: exact for n up to 1e5 or few expected, else
/// by the normal approximation.
inline double binomial_two_sided(std::uint64_t count, std::uint64_t n, double p) {
  const double mean = static_cast<double>(n) * p, variance = mean * (1 - p), k = static_cast<double>(count);
  if (variance == 0) return k == mean ? 1 : 0;
  if (n > 100000 && variance > 1000) return two_sided((k - mean) / std::sqrt(variance));
  double tail = 0;
  if (k > mean)
    for (std::uint64_t i = count; i <= n; ++i) tail += std::exp(log_binomial_chance(i, n, p));
  else
    for (std::uint64_t i = 0; i <= count; ++i) tail += std::exp(log_binomial_chance(i, n, p));
  return tail < 0.5 ? 2 * tail : 1;
}

/// Could a count of n be binomial with chance p? Says no to a true p with chance false_alarm at most.
inline bool consistent_with(std::uint64_t count, std::uint64_t n, double p, double false_alarm) {
  if (!(p >= 0 && p <= 1)) return false;
  return binomial_two_sided(count, n, p) >= false_alarm;
}

/// Mean of a sample and the standard error of the mean.
class Sample {
 public:
  void add(double x) {
    ++n_;
    const double d = x - mean_;
    mean_ += d / static_cast<double>(n_);
    squares_ += d * (x - mean_);
  }
  std::uint64_t size() const { return n_; }
  double mean() const { return mean_; }
  double error() const { return std::sqrt(squares_ / static_cast<double>(n_ - 1) / static_cast<double>(n_)); }
  /// Distance of the mean from an expectation, in standard errors.
  double z(double expected) const { return (mean_ - expected) / error(); }

 private:
  std::uint64_t n_ = 0;
  double mean_ = 0, squares_ = 0;
};

/// Nodes and weights of the mean over a standard normal number: the trapezoidal rule, which for functions as smooth as
/// a logistic leaves less than 1e-13 at this step (and needs no eigenvalues, as Gauss and Hermite's would).
inline std::vector<std::pair<double, double>> normal_nodes() {
  constexpr double step = 0.15;
  std::vector<std::pair<double, double>> nodes;
  for (int i = -60; i <= 60; ++i) {
    const double z = i * step;
    nodes.emplace_back(z, step * std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0)));
  }
  return nodes;
}

}  // namespace support
