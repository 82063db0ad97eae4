// Theory 3: where nobody travels, every stock is on its own.
#include <doctest/doctest.h>

#include <cmath>

#include "tests/support/many.hpp"
#include "tests/support/worlds.hpp"

using namespace agents;

namespace {

constexpr Week five_years = 260;

/// Default parameters, twelve hosts with a duty, three NGOs, events and ideas; nobody dares to travel.
World frightened() {
  World w = support::exchangeable_hosts(12, five_years);
  w.parameters = Parameters{};
  w.parameters.Lambda = 1e12;
  w.leaders[0].Lambda = 1e12;
  w.leaders[0].lam = 0.8;
  w.leaders[0].R = 0.5;
  for (Host& h : w.hosts) h.J = h.C = h.W = 0.5;
  for (int n = 0; n < 3; ++n) support::add_ngo(w, 5.0 / 3, 0.3, 0.5);
  for (Week t = 10; t < five_years; t += 10) support::add_event(w, static_cast<std::size_t>(t / 10) % 12, t, 6, 2);
  return w;
}

double halve(double half_life) { return std::exp2(-1 / half_life); }

/// The largest distance of nu, I and B from their closed forms over all weeks. float32 leaves less than 1e-6.
struct Farthest {
  double nu = 0, I = 0, B = 0, p = 0;
};
Farthest from_curves(const History& h, const Parameters& p) {
  Farthest far;
  for (Week t = 0; t < five_years; ++t) {
    const auto i = static_cast<std::size_t>(t);
    const double nu = p.nu_bar + (p.nu0 - p.nu_bar) * std::pow(halve(p.H_nu), t + 1);
    const double I = 1 - (1 - p.I0) * std::pow(1 - p.g_I, t + 1);
    far.nu = std::max(far.nu, std::abs(h.nu[i] - nu));
    far.I = std::max(far.I, std::abs(h.isolation[i] - I));
    far.p = std::max(far.p, std::abs(static_cast<double>(h.pressure[i])));
    for (std::size_t n = 0; n < 3; ++n)
      far.B = std::max(far.B, std::abs(static_cast<double>(h.budget[n * five_years + i]) - 1));
  }
  return far;
}

}  // namespace

TEST_CASE("theory 3: where nobody travels the norm, isolation, budgets and pressure follow their decay curves") {
  const World w = frightened();  // 20 replicates of seed 7; no false alarms: nothing here is left to chance
  std::size_t answers = 0;
  support::live_many(Stage(w), 7, 20, [&](const History& h) {
    for (const Decision& d : h.decisions) CHECK(d.answer != Answer::go);
    answers += h.decisions.size();
    const Farthest far = from_curves(h, w.parameters);
    CHECK(far.nu < 1e-6);
    CHECK(far.I < 1e-6);
    CHECK(far.B == 0);
    CHECK(far.p == 0);
    Parameters wrong = w.parameters;
    wrong.H_nu *= 1.02;  // 2 % wrong does not pass
    wrong.g_I *= 1.02;
    CHECK_FALSE(from_curves(h, wrong).nu < 1e-6);
    CHECK_FALSE(from_curves(h, wrong).I < 1e-6);
  });
  CHECK(answers > 1000);
}

TEST_CASE("theory 3: after a shock the norm and the budgets return to rest, and advocacy lifts the norm meanwhile") {
  World w = frightened();
  w.shocks = {{.week = 30, .target = ShockTarget::B, .op = ShockOp::multiply, .value = 1.5},
              {.week = 50, .target = ShockTarget::nu, .op = ShockOp::add, .value = -0.4},
              {.week = 90, .target = ShockTarget::B, .op = ShockOp::set, .value = 1, .ngo = 1}};
  // In double, week by week: the shock, then the decay, then what the budgets' surplus does to the norm.
  const auto farthest = [&](const History& h, const Parameters& p, double start) {
    double nu = p.nu0, far_nu = 0, far_B = 0;
    std::vector<double> B(3, start);
    for (Week t = 0; t < five_years; ++t) {
      if (t == 30)
        for (double& b : B) b *= 1.5;
      if (t == 50) nu -= 0.4;
      if (t == 90) B[1] = 1;
      nu = p.nu_bar + (nu - p.nu_bar) * halve(p.H_nu);
      double surplus = 0;
      for (double& b : B) {
        b = start + (b - start) * halve(p.H_B);
        surplus += b - start;
      }
      const double x = p.chi_adv * surplus;
      nu += x > 0 ? x * (2 - nu) : x * nu;
      far_nu = std::max(far_nu, std::abs(h.nu[static_cast<std::size_t>(t)] - nu));
      for (std::size_t n = 0; n < 3; ++n)
        far_B = std::max(far_B, std::abs(h.budget[n * five_years + static_cast<std::size_t>(t)] - B[n] / start));
    }
    return std::max(far_nu, far_B);
  };
  support::live_many(Stage(w), 7, 3, [&](const History& h) {
    CHECK(farthest(h, w.parameters, 5.0 / 3) < 3e-6);
    for (double Parameters::*half_life : {&Parameters::H_nu, &Parameters::H_B, &Parameters::chi_adv}) {
      Parameters wrong = w.parameters;
      wrong.*half_life *= 1.02;
      CHECK_FALSE(farthest(h, wrong, 5.0 / 3) < 3e-6);
    }
  });
}
