#include "sim/inference/convergence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "agents/arithmetic.hpp"

namespace sim {
namespace {

struct Moments {
  double weight = 0, mean = 0, square = 0;  ///< square: weighted mean of the squared distance from the mean
  double squares = 0;                       ///< sum of squared weights over the squared sum: 1 / effective number
};

Moments moments(std::span<const double> x, std::span<const double> w) {
  Moments m;
  for (std::size_t i = 0; i < x.size(); ++i) {
    m.weight += w[i];
    m.mean += w[i] * x[i];
    m.squares += w[i] * w[i];
  }
  m.mean /= m.weight;
  m.squares /= m.weight * m.weight;
  for (std::size_t i = 0; i < x.size(); ++i) m.square += w[i] * (x[i] - m.mean) * (x[i] - m.mean);
  m.square /= m.weight;
  return m;
}

/// Normal scores of the draws' ranks by weight; the tied share theirs.
std::vector<double> scores(std::span<const double> x, std::span<const double> w) {
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
  const double total = std::accumulate(w.begin(), w.end(), 0.0);
  std::vector<double> z(x.size(), 0.0);
  double below = 0;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    double here = 0;
    for (; last < order.size() && x[order[last]] == x[order[first]]; ++last) here += w[order[last]];
    const double share = std::clamp((below + 0.5 * here) / total, 1e-6, 1 - 1e-6);
    for (; first < last; ++first)
      z[order[first]] = static_cast<double>(agents::normal_quantile(static_cast<float>(share)));
    below += here;
  }
  return z;
}

double variance(const std::vector<double>& x) {
  const double n = static_cast<double>(x.size());
  const double mean = std::accumulate(x.begin(), x.end(), 0.0) / n;
  double square = 0;
  for (const double v : x) square += (v - mean) * (v - mean);
  return square / (n - 1);
}

/// Of parts, each some draws in a row: `ends` of them.
double r_hat(std::span<const double> x, std::span<const double> w, const std::vector<std::size_t>& ends) {
  std::vector<double> means;
  double within = 0, biased = 0;
  for (std::size_t from = 0, p = 0; p < ends.size(); from = ends[p++]) {
    const Moments m = moments(x.subspan(from, ends[p] - from), w.subspan(from, ends[p] - from));
    if (!(m.weight > 0)) continue;
    means.push_back(m.mean);
    biased += m.square;
    within += m.squares < 1 ? m.square / (1 - m.squares) : 0;
  }
  if (means.size() < 2) return std::numeric_limits<double>::infinity();
  const double n = static_cast<double>(means.size()), between = variance(means);
  if (within == 0) return between == 0 ? 1 : std::numeric_limits<double>::infinity();
  return std::sqrt((biased / n + between) / (within / n));
}

}  // namespace

Convergence convergence(std::span<const double> draws, std::span<const double> weight, std::span<const int> chain) {
  std::vector<std::size_t> ends, halves;
  for (std::size_t i = 0; i < draws.size(); ++i)
    if (i + 1 == draws.size() || chain[i + 1] != chain[i]) {
      const std::size_t from = ends.empty() ? 0 : ends.back();
      halves.push_back(from + (i + 1 - from) / 2);
      halves.push_back(i + 1);
      ends.push_back(i + 1);
    }
  const std::vector<double> bulk = scores(draws, weight);
  std::vector<double> folded(bulk.size());
  for (std::size_t i = 0; i < bulk.size(); ++i) folded[i] = std::abs(bulk[i]);  // how far from the median
  Convergence out;
  out.r_hat = std::max(r_hat(bulk, weight, halves), r_hat(scores(folded, weight), weight, halves));

  out.ess = std::numeric_limits<double>::quiet_NaN();
  if (ends.size() > 1) {
    std::vector<double> means;
    for (std::size_t from = 0, c = 0; c < ends.size(); from = ends[c++])
      means.push_back(
          moments(std::span(bulk).subspan(from, ends[c] - from), weight.subspan(from, ends[c] - from)).mean);
    const Moments all = moments(bulk, weight);
    out.ess = std::min(1 / all.squares, all.square * static_cast<double>(ends.size()) / variance(means));
  }
  return out;
}

}  // namespace sim
