// Where a posterior lies, from how the log likelihoods of decisions change with the parameters.
#include <doctest/doctest.h>

#include <Eigen/LU>

#include "sim/inference/prior.hpp"
#include "sim/inference/reference.hpp"

using namespace sim;

namespace {

Eigen::MatrixXd normals(Eigen::Index rows, Eigen::Index cols, std::uint64_t seed) {
  Philox stream(seed);
  Eigen::MatrixXd m(rows, cols);
  for (double& x : m.reshaped()) x = standard_normal(stream);
  return m;
}

}  // namespace

TEST_CASE("reference: slopes that are the same everywhere give the posterior they imply") {
  const Eigen::MatrixXd z = 0.5 * normals(4000, 3, 1).array() + 0.3;
  const Eigen::MatrixXd slopes = 0.8 * normals(3, 12, 2);
  const Eigen::MatrixXd log_p = (z * slopes).array() - 2;
  const Reference r = reference(z, log_p);

  const Eigen::VectorXd centre = z.colwise().mean();
  const Eigen::MatrixXd covariance = (Eigen::MatrixXd::Identity(3, 3) + slopes * slopes.transpose()).inverse();
  const Eigen::VectorXd mean = centre + covariance * (slopes.rowwise().sum() - centre);
  CHECK((r.mean - mean).norm() < 0.02);
  CHECK((r.spread * r.spread.transpose() - covariance).norm() < 0.01);
  const Eigen::VectorXd y = normals(3, 1, 3);
  CHECK((r.coordinates(r.at(y)) - y).norm() < 1e-12);
}

TEST_CASE("reference: decisions that say nothing leave the priors, however noisy their likelihoods") {
  const Reference r = reference(normals(600, 5, 4), 0.4 * normals(600, 100, 5));
  CHECK(r.mean.norm() < 1.0);
  CHECK((r.spread * r.spread.transpose() - Eigen::MatrixXd::Identity(5, 5)).norm() < 0.2);
}
