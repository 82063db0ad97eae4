#include "sim/inference/weights.hpp"

#include <algorithm>
#include <cmath>

namespace sim {

std::vector<double> normalised(const std::vector<double>& logs) {
  const double most = *std::max_element(logs.begin(), logs.end());
  std::vector<double> w(logs.size(), 1.0);
  double sum = 0;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    if (std::isfinite(most)) w[i] = std::exp(logs[i] - most);
    sum += w[i];
  }
  for (double& x : w) x /= sum;
  return w;
}

double effective(const std::vector<double>& w) {
  double squares = 0;
  for (const double x : w) squares += x * x;
  return 1 / squares;
}

std::vector<std::size_t> systematic(const std::vector<double>& w, std::size_t n, Philox stream) {
  const double start = (stream() + 0.5) * 0x1p-32;
  std::vector<std::size_t> rows;
  double sum = 0;
  for (std::size_t i = 0; i < w.size(); ++i)
    for (sum += w[i]; rows.size() < n && (static_cast<double>(rows.size()) + start) / static_cast<double>(n) < sum;)
      rows.push_back(i);
  while (rows.size() < n) rows.push_back(rows.back());
  return rows;
}

}  // namespace sim
