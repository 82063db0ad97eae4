#include "sim/inference/cloud.hpp"

#include <algorithm>
#include <cmath>

#include "sim/inference/prior.hpp"
#include "sim/inference/weights.hpp"

namespace sim {
namespace {

/// Of a normal against the standard one.
double log_density(double z, double mean, double sd) {
  const double x = (z - mean) / sd;
  return 0.5 * (z * z - x * x) - std::log(sd);
}

}  // namespace

void Cloud::open_round(std::size_t draws) {
  Proposal next{std::vector<double>(axes_, 0.0), std::vector<double>(axes_, 1.0), static_cast<double>(draws)};
  if (!proposals_.empty()) learn(next);
  proposals_.push_back(next);
  z_.resize(z_.size() + draws);
  log_likelihood.resize(z_.size());
}

const std::vector<double>& Cloud::draw(std::size_t i, Philox& stream) {
  const Proposal& q = proposals_.back();
  const bool prior = proposals_.size() == 1 || (stream() & 1) == 0;
  for (std::size_t a = 0; a < axes_; ++a)
    z_[i].push_back(prior ? standard_normal(stream) : q.mean[a] + q.sd[a] * standard_normal(stream));
  return z_[i];
}

std::vector<double> Cloud::log_weights() const {
  std::vector<double> out = log_likelihood;
  for (std::size_t i = 0; i < z_.size(); ++i) out[i] += log_ratio(i);
  return out;
}

/// Log of prior / mixture of all rounds.
double Cloud::log_ratio(std::size_t i) const {
  double mixture = 0;
  for (const Proposal& q : proposals_) {
    double log_q = 0;
    for (std::size_t a = 0; a < axes_; ++a) log_q += log_density(z_[i][a], q.mean[a], q.sd[a]);
    mixture += q.draws * (0.5 + 0.5 * std::exp(log_q));
  }
  return std::log(static_cast<double>(z_.size()) / mixture);
}

/// Normals fitted to the weighted draws so far: no narrower than a third of the prior, wider than seen, and only on
/// the axes that have visibly moved. Few draws carry the weight at first: tempered until some count.
void Cloud::learn(Proposal& next) const {
  const std::vector<double> logs = log_weights();
  std::vector<double> w = normalised(logs);
  const double enough = std::max(20.0, 0.03 * static_cast<double>(z_.size()));
  for (double power = 0.8; effective(w) < enough && power > 0.01; power *= 0.8) {
    std::vector<double> tempered = logs;
    for (double& x : tempered) x *= power;
    w = normalised(tempered);
  }
  const double noise = 1.5 / std::sqrt(enough);
  for (std::size_t a = 0; a < axes_; ++a) {
    double mean = 0, square = 0;
    for (std::size_t i = 0; i < z_.size(); ++i) mean += w[i] * z_[i][a];
    for (std::size_t i = 0; i < z_.size(); ++i) square += w[i] * (z_[i][a] - mean) * (z_[i][a] - mean);
    const double sd = std::clamp(1.15 * std::sqrt(square), 0.33, 1.0);
    if (std::abs(mean) < noise && sd > 0.8) continue;
    next.mean[a] = mean;
    next.sd[a] = sd;
  }
}

}  // namespace sim
