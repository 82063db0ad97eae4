#include "sim/experiments/sensitivity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <stdexcept>

#include "sim/experiments/adaptive.hpp"
#include "sim/rng/philox.hpp"

namespace sim {
namespace {

/// What each cell gave, over all replicates (version 0) and by batch (1 .. K); a version is one column.
class Versions {
 public:
  explicit Versions(const Response& r) : columns_(r.batches == 1 ? 1 : r.batches + 1), r_(r) {
    values_.reserve(r.cells() * columns_);
    for (std::size_t cell = 0; cell < r.cells(); ++cell) {
      const double* const y = &r.means[cell * r.batches];
      double mean = 0;
      for (std::size_t b = 0; b < r.batches; ++b) mean += r.weights[b] * y[b];
      values_.push_back(mean);
      if (columns_ > 1) values_.insert(values_.end(), y, y + r.batches);
    }
    double centre = 0;  // differences of products are smaller about it
    for (std::size_t cell = 0; cell < r.cells(); ++cell) centre += at(cell, 0) / static_cast<double>(r.cells());
    for (double& x : values_) x -= centre;
  }
  std::size_t count() const { return columns_; }
  double at(std::size_t cell, std::size_t version) const { return values_[cell * columns_ + version]; }

  /// The value of a quadratic form without the noise, from its values `of(version)`.
  template <class Of>
  double without_noise(Of of) const {
    if (columns_ == 1) return of(std::size_t{0});
    const auto K = static_cast<double>(r_.batches);
    double by_batch = 0;
    for (std::size_t b = 0; b < r_.batches; ++b) by_batch += r_.weights[b] * of(b + 1);
    return (K * of(std::size_t{0}) - by_batch) / (K - 1);
  }

 private:
  std::size_t columns_;
  const Response& r_;
  std::vector<double> values_;
};

/// Rows of a bootstrap sample of n, resampling `which`: the rows themselves at 0.
std::vector<std::size_t> resampled(std::size_t n, std::size_t which, std::uint64_t seed) {
  std::vector<std::size_t> rows(n);
  constexpr std::uint64_t of_bootstrap = 0x626f6f7473747270;
  for (std::size_t i = 0; i < n; ++i) {
    const agents::Words w =
        philox(seed ^ of_bootstrap, {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(which), 0, 0});
    rows[i] = which == 0 ? i : static_cast<std::size_t>(static_cast<std::uint64_t>(w[0]) * n >> 32);
  }
  return rows;
}

/// What was found without a batch.
Response without_batch(const Response& r, std::size_t out) {
  Response rest{r.batches - 1, {}, {}, r.common_luck};
  for (std::size_t b = 0; b < r.batches; ++b)
    if (b != out) rest.weights.push_back(r.weights[b] / (1 - r.weights[out]));
  for (std::size_t cell = 0; cell < r.cells(); ++cell)
    for (std::size_t b = 0; b < r.batches; ++b)
      if (b != out) rest.means.push_back(r.means[cell * r.batches + b]);
  return rest;
}

/// Variances, by index, that luck shared by all cells gives what `of` tells of a response; 0 if it is none's.
/// A jackknife over the batches, sum (1 - w_b) (x_b - mean)^2 with x_b the value without batch b: of K equal batches
/// (K - 1)/K sum (x_b - mean)^2.
template <class Of>
std::vector<double> variances_of_luck(const Response& r, std::size_t indices, Of of) {
  std::vector<double> variances(indices);
  if (!r.common_luck || r.batches < 2) return variances;
  std::vector<std::vector<double>> without;
  for (std::size_t b = 0; b < r.batches; ++b) without.push_back(of(without_batch(r, b)));
  for (std::size_t i = 0; i < indices; ++i) {
    double mean = 0;
    for (std::size_t b = 0; b < r.batches; ++b)
      mean += (1 - r.weights[b]) / static_cast<double>(r.batches - 1) * without[b][i];
    for (std::size_t b = 0; b < r.batches; ++b)
      variances[i] += (1 - r.weights[b]) * (without[b][i] - mean) * (without[b][i] - mean);
  }
  return variances;
}

/// Mean and spread over the resamplings of what is told of the sample itself at 0.
class Spread {
 public:
  void add(std::size_t which, double x) {
    if (which == 0) {
      itself_ = x;
      return;
    }
    ++n_;
    const double d = x - mean_;
    mean_ += d / n_;
    squares_ += d * (x - mean_);
  }
  double itself() const { return itself_; }
  /// Half of the 95 % interval, with a variance that comes from elsewhere.
  double conf(double more) const { return z_95 * std::sqrt((n_ > 1 ? squares_ / (n_ - 1) : 0) + more); }

 private:
  double itself_ = 0, mean_ = 0, squares_ = 0, n_ = 0;
};

constexpr double none = std::numeric_limits<double>::quiet_NaN();

std::vector<MorrisIndices> morris(const Points& design, const Response& response, std::size_t most, std::uint64_t seed,
                                  std::span<const double> of_luck) {
  const std::size_t k = design.factors, trajectories = k == 0 ? 0 : design.rows() / (k + 1);
  if (trajectories < 2 || design.rows() != trajectories * (k + 1) || response.cells() != design.rows())
    throw std::invalid_argument("Morris's indices need at least two trajectories, of one step for each factor");
  const Versions y(response);

  // Elementary effects: [factor][trajectory][version].
  const std::size_t columns = y.count();
  std::vector<double> effects(k * trajectories * columns, std::numeric_limits<double>::quiet_NaN());
  const auto effect = [&](std::size_t j, std::size_t t, std::size_t version) -> double& {
    return effects[(j * trajectories + t) * columns + version];
  };
  for (std::size_t t = 0; t < trajectories; ++t)
    for (std::size_t step = 1; step <= k; ++step) {
      const std::size_t cell = t * (k + 1) + step;
      std::size_t moved = k;
      double by = 0;
      for (std::size_t j = 0; j < k; ++j) {
        const double d = design.row(cell)[j] - design.row(cell - 1)[j];
        if (d == 0) continue;
        if (moved != k) throw std::invalid_argument("a step of a trajectory moves two factors");
        moved = j, by = d;
      }
      if (moved == k) throw std::invalid_argument("a step of a trajectory moves nothing");
      for (std::size_t v = 0; v < columns; ++v) effect(moved, t, v) = (y.at(cell, v) - y.at(cell - 1, v)) / by;
    }

  std::vector<MorrisIndices> indices(k);
  const auto n = static_cast<double>(trajectories);
  for (std::size_t j = 0; j < k; ++j) {
    std::vector<double> size(trajectories);  // of the effect, the sign from the other batches
    for (std::size_t t = 0; t < trajectories; ++t) {
      const double whole = effect(j, t, 0);
      if (std::isnan(whole)) throw std::invalid_argument("a trajectory moves a factor twice");
      for (std::size_t b = 0; b + 1 < columns; ++b) {
        const double w = response.weights[b], mine = effect(j, t, b + 1);
        size[t] += w * (whole - w * mine < 0 ? -mine : mine);
      }
      if (columns == 1) size[t] = std::abs(whole);
    }
    const auto squares = [&](std::size_t v) {
      double mean = 0, sum = 0;
      for (std::size_t t = 0; t < trajectories; ++t) mean += effect(j, t, v) / n;
      for (std::size_t t = 0; t < trajectories; ++t) sum += (effect(j, t, v) - mean) * (effect(j, t, v) - mean);
      return sum / (n - 1);
    };
    for (std::size_t t = 0; t < trajectories; ++t) indices[j].mu += effect(j, t, 0) / n;
    indices[j].sigma = std::sqrt(std::max(0.0, y.without_noise(squares)));
    Spread spread;
    for (std::size_t which = 0; which <= most; ++which) {
      double mean = 0;
      for (const std::size_t t : resampled(trajectories, which, seed)) mean += size[t] / n;
      spread.add(which, mean);
    }
    indices[j].mu_star = spread.itself();
    indices[j].mu_star_conf = spread.conf(of_luck[j]);
  }
  return indices;
}

SobolIndices sobol(std::size_t factors, bool second_order, const Response& response, std::size_t most,
                   std::uint64_t seed, std::span<const double> of_luck) {
  const std::size_t step = second_order ? 2 * factors + 2 : factors + 2, pairs = response.cells() / step;
  if (factors == 0 || pairs < 2 || response.cells() != pairs * step)
    throw std::invalid_argument("Sobol's indices need the rows of Saltelli's design, of at least two pairs");
  const Versions y(response);
  const auto A = [&](std::size_t i, std::size_t v) { return y.at(i * step, v); };
  const auto B = [&](std::size_t i, std::size_t v) { return y.at((i + 1) * step - 1, v); };
  const auto AB = [&](std::size_t i, std::size_t j, std::size_t v) { return y.at(i * step + 1 + j, v); };

  // Forms that are sums over the pairs: their values without noise, pair by pair.
  std::vector<double> first(pairs * factors), total(pairs * factors), square(pairs);
  for (std::size_t i = 0; i < pairs; ++i) {
    square[i] = y.without_noise([&](std::size_t v) { return (A(i, v) * A(i, v) + B(i, v) * B(i, v)) / 2; });
    for (std::size_t j = 0; j < factors; ++j) {
      first[i * factors + j] = y.without_noise([&](std::size_t v) { return B(i, v) * (AB(i, j, v) - A(i, v)); });
      total[i * factors + j] = y.without_noise([&](std::size_t v) {
        const double d = A(i, v) - AB(i, j, v);
        return d * d / 2;
      });
    }
  }
  // The square of the mean is none.
  std::vector<double> middle(pairs * y.count());
  for (std::size_t i = 0; i < pairs; ++i)
    for (std::size_t v = 0; v < y.count(); ++v) middle[i * y.count() + v] = (A(i, v) + B(i, v)) / 2;

  SobolIndices indices;
  indices.factors.resize(factors);
  std::vector<Spread> S1(factors), ST(factors);
  std::size_t without = 0;  // resamplings that have no variance
  const auto n = static_cast<double>(pairs);
  for (std::size_t which = 0; which <= most; ++which) {
    const std::vector<std::size_t> rows = resampled(pairs, which, seed);
    std::vector<double> means(y.count()), firsts(factors), totals(factors);
    double squares = 0;
    for (const std::size_t i : rows) {
      squares += square[i] / n;
      for (std::size_t v = 0; v < y.count(); ++v) means[v] += middle[i * y.count() + v] / n;
      for (std::size_t j = 0; j < factors; ++j) {
        firsts[j] += first[i * factors + j] / n;
        totals[j] += total[i * factors + j] / n;
      }
    }
    const double variance = squares - y.without_noise([&](std::size_t v) { return means[v] * means[v]; });
    if (which == 0) indices.variance = variance;
    if (which > 0 && !(variance > 0)) {
      ++without;
      continue;
    }
    for (std::size_t j = 0; j < factors; ++j) {
      S1[j].add(which, firsts[j] / variance);
      ST[j].add(which, totals[j] / variance);
    }
  }
  indices.is_told = indices.variance > z_95 * std::sqrt(of_luck[2 * factors]) && (most == 0 || without * 40 < most);
  for (std::size_t j = 0; j < factors; ++j) {
    indices.factors[j] = {none, none, none, none};
    if (indices.is_told)
      indices.factors[j] = {S1[j].itself(), S1[j].conf(of_luck[2 * j]), ST[j].itself(), ST[j].conf(of_luck[2 * j + 1])};
  }

  double plain = 0, mean = 0;
  for (std::size_t i = 0; i < pairs; ++i) {
    plain += (A(i, 0) * A(i, 0) + B(i, 0) * B(i, 0)) / 2 / n;
    mean += (A(i, 0) + B(i, 0)) / 2 / n;
  }
  indices.noise = plain - mean * mean - indices.variance;
  return indices;
}

}  // namespace

std::vector<MorrisIndices> morris_indices(const Points& design, const Response& response, std::uint64_t seed) {
  const std::vector<double> nothing(design.factors);
  const auto of_luck = variances_of_luck(response, design.factors, [&](const Response& r) {
    std::vector<double> found;
    for (const MorrisIndices& i : morris(design, r, 0, seed, nothing)) found.push_back(i.mu_star);
    return found;
  });
  return morris(design, response, resamplings, seed, of_luck);
}

SobolIndices sobol_indices(std::size_t factors, bool second_order, const Response& response, std::uint64_t seed) {
  const std::vector<double> nothing(2 * factors + 1);
  const auto of_luck = variances_of_luck(response, nothing.size(), [&](const Response& r) {
    const SobolIndices indices = sobol(factors, second_order, r, 0, seed, nothing);
    std::vector<double> found;
    for (const SobolIndices::Factor& f : indices.factors) found.insert(found.end(), {f.S1, f.ST});
    found.push_back(indices.variance);
    return found;
  });
  return sobol(factors, second_order, response, resamplings, seed, of_luck);
}

}  // namespace sim
