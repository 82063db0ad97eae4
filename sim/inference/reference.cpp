#include "sim/inference/reference.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <algorithm>

namespace sim {

Reference Reference::independent(const Eigen::VectorXd& mean, const Eigen::VectorXd& sd) {
  return {mean, sd.asDiagonal(), sd.cwiseInverse().asDiagonal()};
}

Reference reference(const Eigen::MatrixXd& z, const Eigen::MatrixXd& log_p) {
  const Eigen::Index axes = z.cols();
  const Eigen::VectorXd centre = z.colwise().mean();
  const Eigen::MatrixXd x = z.rowwise() - centre.transpose(), p = log_p.rowwise() - log_p.colwise().mean();
  constexpr double ridge = 5;  // keeps slopes small that few sets tell
  const Eigen::LDLT<Eigen::MatrixXd> normal(x.transpose() * x + ridge * Eigen::MatrixXd::Identity(axes, axes));
  const Eigen::MatrixXd slopes = normal.solve(x.transpose() * p);
  const double left = (p - x * slopes).squaredNorm() / static_cast<double>(std::max<Eigen::Index>(1, z.rows() - axes));
  const Eigen::MatrixXd noise = left * normal.solve(Eigen::MatrixXd::Identity(axes, axes));

  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> curvature(slopes * slopes.transpose() - noise);
  const Eigen::MatrixXd& directions = curvature.eigenvectors();
  const Eigen::VectorXd scale = (1 + curvature.eigenvalues().array().max(0)).sqrt();
  Reference out;
  out.spread = directions * scale.cwiseInverse().asDiagonal();
  out.inverse = scale.asDiagonal() * directions.transpose();
  out.mean = centre + out.spread * (out.spread.transpose() * (slopes.rowwise().sum() - centre));
  return out;
}

}  // namespace sim
