#include "sim/inference/scores.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <numeric>

#include "sim/rng/philox.hpp"

namespace sim {
namespace {

/// Row numbers in rising order of p; ties keep their order.
std::vector<std::size_t> by_chance(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  return order;
}

/// Means over entries first .. last-1 of `order`.
Bin pooled(std::span<const double> p, std::span<const Outturn> truth, std::span<const std::size_t> order) {
  Bin bin{order.size(), 0, 0};
  for (const std::size_t i : order) {
    bin.p += p[i];
    bin.went += truth[i].went;
  }
  bin.p /= static_cast<double>(bin.n);
  bin.went /= static_cast<double>(bin.n);
  return bin;
}

}  // namespace

double sorted_quantile(std::span<const double> sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double log_score(double p, bool went) {
  const double given = went ? p : 1 - p;
  return -std::log(std::clamp(given, least_chance, 1 - least_chance));
}

double log_score(std::span<const double> p, std::size_t happened) {
  return -std::log(std::clamp(p[happened], least_chance, 1 - least_chance));
}

double brier(double p, bool went) {
  const double error = (went ? 1 : 0) - p;
  return error * error;
}

double ranked_probability(std::span<const double> p, std::size_t happened) {
  assert(p.size() >= 2);
  double cumulated = 0, sum = 0;
  for (std::size_t k = 0; k + 1 < p.size(); ++k) {
    cumulated += p[k];
    const double error = cumulated - (happened <= k ? 1 : 0);
    sum += error * error;
  }
  return sum / static_cast<double>(p.size() - 1);
}

double auc(std::span<const double> p, std::span<const Outturn> truth) {
  const std::vector<std::size_t> order = by_chance(p);
  double ranks_of_went = 0, went = 0;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last < order.size() && p[order[last]] == p[order[first]]) ++last;
    const double rank = static_cast<double>(first + 1 + last) / 2;  // ties share their mean rank, counted from 1
    for (; first < last; ++first) {
      if (!truth[order[first]].went) continue;
      ranks_of_went += rank;
      ++went;
    }
  }
  const double stayed = static_cast<double>(p.size()) - went;
  return (ranks_of_went - went * (went + 1) / 2) / (went * stayed);
}

double spiegelhalter_z(std::span<const double> p, std::span<const Outturn> truth) {
  double sum = 0, variance = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double slope = 1 - 2 * p[i];
    sum += ((truth[i].went ? 1 : 0) - p[i]) * slope;
    variance += slope * slope * p[i] * (1 - p[i]);
  }
  return variance > 0 ? sum / std::sqrt(variance) : std::numeric_limits<double>::quiet_NaN();
}

std::vector<Bin> calibration(std::span<const double> p, std::span<const Outturn> truth, std::size_t bins) {
  const std::vector<std::size_t> order = by_chance(p);
  bins = std::min(bins, order.size());
  std::vector<Bin> table;
  for (std::size_t b = 0; b < bins; ++b) {
    const std::size_t from = b * order.size() / bins, to = (b + 1) * order.size() / bins;
    table.push_back(pooled(p, truth, std::span(order).subspan(from, to - from)));
  }
  return table;
}

double expected_error(std::span<const Bin> bins) {
  double sum = 0, n = 0;
  for (const Bin& b : bins) {
    sum += static_cast<double>(b.n) * std::abs(b.p - b.went);
    n += static_cast<double>(b.n);
  }
  return sum / n;
}

std::vector<Bin> reliability(std::span<const double> p, std::span<const Outturn> truth) {
  const std::vector<std::size_t> order = by_chance(p);
  std::vector<Bin> levels;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;  // equal chances are one forecast
    while (last < order.size() && p[order[last]] == p[order[first]]) ++last;
    Bin level = pooled(p, truth, std::span(order).subspan(first, last - first));
    for (; !levels.empty() && levels.back().went >= level.went; levels.pop_back()) {
      const auto a = static_cast<double>(levels.back().n), b = static_cast<double>(level.n);
      level = {levels.back().n + level.n, (a * levels.back().p + b * level.p) / (a + b),
               (a * levels.back().went + b * level.went) / (a + b)};
    }
    levels.push_back(level);
    first = last;
  }
  return levels;
}

Scores scores(std::span<const double> p, std::span<const Outturn> truth) {
  Scores s{p.size(), 0, 0, 0, auc(p, truth), expected_error(calibration(p, truth)), spiegelhalter_z(p, truth)};
  for (std::size_t i = 0; i < p.size(); ++i) {
    s.went += truth[i].went;
    s.log += log_score(p[i], truth[i].went);
    s.brier += brier(p[i], truth[i].went);
  }
  const auto n = static_cast<double>(s.n);
  s.went /= n;
  s.log /= n;
  s.brier /= n;
  return s;
}

Interval bootstrap(std::span<const Outturn> truth,
                   const std::function<double(std::span<const std::size_t> rows)>& statistic,
                   const Bootstrap& settings) {
  std::map<std::size_t, std::vector<std::size_t>> by_event;
  for (std::size_t i = 0; i < truth.size(); ++i) by_event[truth[i].event].push_back(i);
  std::vector<const std::vector<std::size_t>*> events;
  for (const auto& [event, rows] : by_event) events.push_back(&rows);

  Philox random(settings.seed);
  std::vector<double> sample;
  std::vector<std::size_t> rows;
  for (int draw = 0; draw < settings.draws && !events.empty(); ++draw) {
    rows.clear();
    for (std::size_t i = 0; i < events.size(); ++i) {
      const auto& drawn = *events[(std::uint64_t{random()} * events.size()) >> 32];
      rows.insert(rows.end(), drawn.begin(), drawn.end());
    }
    const double value = statistic(rows);
    if (!std::isnan(value)) sample.push_back(value);
  }
  if (sample.empty()) return {};
  std::sort(sample.begin(), sample.end());
  const double tail = (1 - settings.level) / 2;
  return {sorted_quantile(sample, tail), sorted_quantile(sample, 1 - tail)};
}

}  // namespace sim
