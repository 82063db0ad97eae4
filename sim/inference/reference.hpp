// Roughly where a posterior lies, so that steps of a chain can be drawn from there and corrected by the likelihood.
#pragma once
#include <Eigen/Core>

namespace sim {

/// A normal distribution of parameter sets z in the scale of their priors: z = mean + spread y, y standard normal.
struct Reference {
  Eigen::VectorXd mean;
  Eigen::MatrixXd spread;
  Eigen::MatrixXd inverse;  ///< of spread

  /// Every axis by itself; of the priors with means 0 and deviations 1.
  static Reference independent(const Eigen::VectorXd& mean, const Eigen::VectorXd& sd);
  Eigen::VectorXd at(const Eigen::VectorXd& y) const { return mean + spread * y; }
  Eigen::VectorXd coordinates(const Eigen::VectorXd& z) const { return inverse * (z - mean); }
};

/// The posterior, were the log likelihood of every decision linear about these sets and the likelihood as curved as its
/// slopes say (outer products of the scores, what the filters' noise adds to them taken off again). `z`: set x axis,
/// more sets than axes; `log_p`: set x decision. Its coordinates go by how much the decisions say of each.
Reference reference(const Eigen::MatrixXd& z, const Eigen::MatrixXd& log_p);

}  // namespace sim
