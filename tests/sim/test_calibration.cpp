// Simulation-based calibration (Talts and others 2018): records simulated under parameters drawn from the priors, then
// fitted. If filter and fit are right, the truth is anywhere in its posterior with equal chance.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>

#include "sim/inference/fit.hpp"
#include "sim/inference/prior.hpp"
#include "tests/support/worlds.hpp"

using namespace sim;

namespace {

const std::vector<std::string> calibrated = {"th_m", "th_J", "kap_refuse", "b_0",      "b_V",
                                             "b_al", "phi",  "Omega",      "rec_duty", "rec_occasion"};

/// Six hosts, three of them members, that differ in courts and alliance.
agents::World world() {
  agents::World w = support::lively_world(6, 130);
  w.events.clear();
  w.leaders[0].lam = 0;
  for (std::size_t h = 0; h < 6; ++h) {
    w.hosts[h].J = 0.2 * static_cast<double>(h);
    w.dyads[0](static_cast<Eigen::Index>(h), 0) = h % 2 == 0 ? 0.15 : 0.4;
    if (h >= 3) w.hosts[h].membership.clear();
  }
  return w;
}

std::vector<Opportunity> invitations() {
  std::vector<Opportunity> out;
  for (int i = 0; i < 40; ++i) {
    Opportunity o;
    o.posed.rank = i;
    o.posed.host = agents::host_id(static_cast<std::size_t>(i * 5 % 6));
    o.posed.place = agents::stable_id("S" + std::to_string(i));
    o.posed.V = 0.4f + 0.2f * static_cast<float>(i % 7);
    o.posed.departs = 5 + 3 * i;
    o.opened = o.posed.departs - 1 - i % 5;
    o.posed.bilateral = false;
    out.push_back(o);
  }
  return out;
}

/// P(a chi-square of 9 degrees of freedom exceeds x) < 0.001.
constexpr double chi_square_9 = 27.88;

}  // namespace

TEST_CASE("calibration: simulated records are fitted without bias or overconfidence") {
  const char* asked = std::getenv("SAFECONDUCT_SBC");
  const int records = asked ? std::atoi(asked) : 200;
  std::vector<std::vector<int>> in_bin(calibrated.size(), std::vector<int>(10, 0));
  std::vector<int> covered(calibrated.size(), 0);
  double least_ess = 1e9;
  for (int r = 0; r < records; ++r) {
    Philox stream(1000 + static_cast<std::uint64_t>(r));
    std::vector<double> truth;
    for (const std::string& name : calibrated) truth.push_back(draw(*agents::find_parameter(name), stream));
    Evidence e{world(), invitations(), {}, {}, {}};
    agents::World true_world = e.world;
    put(calibrated, truth, true_world);
    const std::vector<Fate> fates = simulate(agents::Stage(true_world), e.record, 7000 + static_cast<std::uint64_t>(r));
    for (std::size_t i = 0; i < fates.size(); ++i) {
      e.record[i].outcome = fates[i];
      e.decisions.emplace_back();
      e.decisions.back().day = 7 * e.record[i].posed.departs;
    }
    const Posterior p = fit(std::span(&e, 1), calibrated,
                            {.seed = static_cast<std::uint64_t>(r),
                             .chains = 1,
                             .draws = 200,
                             .sweeps = 3,
                             .scouts = 400,
                             .settling = 8,
                             .particles = 40,
                             .threads = 2});
    least_ess = std::min(least_ess, p.ess);
    for (std::size_t a = 0; a < calibrated.size(); ++a) {
      double below = 0;
      for (std::size_t i = 0; i < p.size(); ++i) below += p.at(i, a) < truth[a] ? p.weight[i] : 0;
      ++in_bin[a][static_cast<std::size_t>(std::min(9.0, 10 * below))];
      covered[a] += below > 0.05 && below < 0.95;
    }
  }
  MESSAGE("least effective number of draws " << least_ess);
  int all = 0;
  for (std::size_t a = 0; a < calibrated.size(); ++a) {
    CAPTURE(calibrated[a]);
    double chi = 0;
    const double expected = records / 10.0;
    for (const int n : in_bin[a]) chi += (n - expected) * (n - expected) / expected;
    CHECK(chi < chi_square_9);
    all += covered[a];
    const double share = covered[a] / static_cast<double>(records);
    MESSAGE(calibrated[a] << " chi-square " << chi << " covered " << share);
    CHECK(std::abs(share - 0.9) < 3.3 * std::sqrt(0.09 / records));
  }
  const double share = all / static_cast<double>(records) / static_cast<double>(calibrated.size());
  CHECK(share > 0.85);
  CHECK(share < 0.95);
}
