// Theory 4: hosts that are alike are visited alike.
#include <doctest/doctest.h>

#include <Eigen/Dense>

#include "tests/support/many.hpp"
#include "tests/support/statistics.hpp"
#include "tests/support/worlds.hpp"

using namespace agents;

namespace {

constexpr int alike_hosts = 8;

/// Eight hosts, alike but for their names; no events, which would single some out.
World alike() {
  World w = support::lively_world(alike_hosts, 104);
  w.events.clear();
  return w;
}

/// Wald's statistic for equal means: the contrasts of each host's visits with the last one's, in the metric of their
/// covariance over replicates. Visits of one replicate hang together, so the counts must not be pooled.
double wald(const World& world, std::uint64_t seed, std::uint32_t replicates) {
  constexpr int k = alike_hosts - 1;
  Eigen::VectorXd sum = Eigen::VectorXd::Zero(k);
  Eigen::MatrixXd squares = Eigen::MatrixXd::Zero(k, k);
  support::live_many(Stage(world), seed, replicates, [&](const History& h) {
    Eigen::VectorXd visits = Eigen::VectorXd::Zero(alike_hosts);
    for (const Decision& d : h.decisions) visits(d.host.index) += is_visit(d.outcome);
    const Eigen::VectorXd contrast = visits.head(k).array() - visits(k);
    sum += contrast;
    squares += contrast * contrast.transpose();
  });
  const double n = replicates;
  const Eigen::VectorXd mean = sum / n;
  const Eigen::MatrixXd covariance = (squares / n - mean * mean.transpose()) / (n - 1);
  return mean.dot(covariance.ldlt().solve(mean));
}

bool exchangeable(const World& world, double false_alarm) {
  return support::chi_square_tail(wald(world, 5, 6000), alike_hosts - 1) >= false_alarm;
}

}  // namespace

TEST_CASE("theory 4: exchangeable hosts receive exchangeable numbers of visits") {
  constexpr double false_alarm = 1e-4;  // seed 5
  CHECK(exchangeable(alike(), false_alarm));

  World duty_ignored = alike();  // of one host only
  duty_ignored.hosts[3].membership.clear();
  CHECK_FALSE(exchangeable(duty_ignored, false_alarm));

  World row_matters = alike();
  // the draw of hosts leans to the first row by a quarter
  row_matters.hosts[0].mass = 0.223 / row_matters.parameters.b_m;
  CHECK_FALSE(exchangeable(row_matters, false_alarm));
}
