#include "sim/inference/baselines.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <functional>

namespace sim {
namespace {

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

/// Share that went among the rows that are like a decision, drawn towards `p` by two imagined ones.
double share(std::span<const Precedent> rows, double p, const std::function<bool(const Precedent&)>& like) {
  double k = 2 * p, n = 2;
  for (const Precedent& r : rows) {
    if (!like(r)) continue;
    k += r.went;
    ++n;
  }
  return k / n;
}

}  // namespace

std::vector<Baseline> baselines(std::span<const Precedent> decisions) {
  std::vector<Baseline> all = {
      {"base rate", {}}, {"membership", {}}, {"membership x kind", {}}, {"never visits members", {}}, {"logistic", {}}};
  for (const Precedent& d : decisions) {
    std::vector<Precedent> before;
    for (const Precedent& other : decisions)
      if (other.day < d.day) before.push_back(other);
    const double base = share(before, 0.5, [](const auto&) { return true; });
    const double membership = share(before, base, [&](const auto& r) { return r.member == d.member; });
    const double by_kind =
        share(before, membership, [&](const auto& r) { return r.member == d.member && r.kind == d.kind; });
    const bool fitted = before.size() + 1 >= first_fitted;
    const double p[] = {base, membership, by_kind, d.member ? never : membership,
                        fitted ? LogisticRegression(before).p(d) : membership};
    for (std::size_t i = 0; i < all.size(); ++i) all[i].p.push_back(p[i]);
  }
  return all;
}

LogisticRegression::LogisticRegression(std::span<const Precedent> rows) {
  for (const Precedent& r : rows) kinds_.emplace_back(r.kind);
  std::sort(kinds_.begin(), kinds_.end());
  kinds_.erase(std::unique(kinds_.begin(), kinds_.end()), kinds_.end());

  const auto n = static_cast<Eigen::Index>(rows.size()), k = static_cast<Eigen::Index>(6 + kinds_.size());
  Eigen::MatrixXd x(n, k + 1);
  Eigen::VectorXd y(n);
  mean_.assign(static_cast<std::size_t>(k), 0);
  sd_.assign(static_cast<std::size_t>(k), 1);
  for (Eigen::Index i = 0; i < n; ++i) {
    const std::vector<double> raw = inputs(rows[static_cast<std::size_t>(i)]);
    x(i, 0) = 1;
    for (Eigen::Index j = 0; j < k; ++j) x(i, j + 1) = raw[static_cast<std::size_t>(j)];
    y(i) = rows[static_cast<std::size_t>(i)].went;
  }
  for (Eigen::Index j = 0; j < k; ++j) {
    const double mean = x.col(j + 1).mean();
    const double sd = std::sqrt((x.col(j + 1).array() - mean).square().mean());
    mean_[static_cast<std::size_t>(j)] = mean;
    sd_[static_cast<std::size_t>(j)] = sd > 1e-12 ? sd : 1;
    x.col(j + 1).array() = (x.col(j + 1).array() - mean) / sd_[static_cast<std::size_t>(j)];
  }

  // Newton's method; where all went or none, only the intercept would run away, and a faint penalty stops it.
  Eigen::VectorXd penalty = Eigen::VectorXd::Ones(k + 1), b = Eigen::VectorXd::Zero(k + 1);
  penalty(0) = 1e-6;
  const auto loss = [&](const Eigen::VectorXd& at) {
    const Eigen::ArrayXd u = (x * at).array();
    return (u.max(0) + (-u.abs()).exp().log1p() - y.array() * u).sum() + 0.5 * penalty.dot(at.cwiseAbs2());
  };
  for (int step = 0; step < 100; ++step) {
    const Eigen::VectorXd p = (x * b).unaryExpr([](double u) { return logistic(u); });
    const Eigen::VectorXd gradient = x.transpose() * (p - y) + penalty.cwiseProduct(b);
    if (gradient.norm() < 1e-10) break;
    const Eigen::VectorXd weight = p.array() * (1 - p.array());
    Eigen::MatrixXd curvature = x.transpose() * weight.asDiagonal() * x;
    curvature.diagonal() += penalty;
    const Eigen::VectorXd move = curvature.ldlt().solve(gradient);
    double length = 1;
    while (length > 1e-8 && loss(b - length * move) > loss(b)) length /= 2;
    b -= length * move;
  }
  b_.assign(b.data(), b.data() + b.size());
}

std::vector<double> LogisticRegression::inputs(const Precedent& d) const {
  std::vector<double> x = {d.member ? 1.0 : 0.0, std::log1p(d.km / 1000), d.unga, d.blocs, d.trade, d.J};
  for (const std::string& kind : kinds_) x.push_back(kind == d.kind ? 1 : 0);
  return x;
}

double LogisticRegression::p(const Precedent& decision) const {
  const std::vector<double> x = inputs(decision);
  double u = b_[0];
  for (std::size_t j = 0; j < x.size(); ++j) u += b_[j + 1] * (x[j] - mean_[j]) / sd_[j];
  return logistic(u);
}

}  // namespace sim
