// Theory 2: one host, one event: the chance of arrest is a Gaussian integral over the host's resolve, and over the
// noise of the sounding where there is one.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/many.hpp"
#include "tests/support/statistics.hpp"
#include "tests/support/worlds.hpp"

using namespace agents;
using support::logistic;

namespace {

constexpr int lead = 4;

World one_event(double sig_s) {
  World w = support::one_host_world(lead + 2);
  Parameters& p = w.parameters;
  p.th_m = 1.4, p.th_nu = 1.5, p.th_J = 1.5, p.th_a = 7, p.th_R = 0.5, p.th_W = 2.5, p.th_c = 2.5, p.th_B = 0.8;
  p.kap_refuse = 3.5, p.kap_arrest = 3.0;
  p.sigma_u = 1.2, p.rho = 0.3, p.iota = 0.3;
  p.Omega = 1, p.b_0 = 0.5, p.b_V = 2.5, p.b_al = 2, p.b_I = 0.5, p.b_h = 0.1, p.phi = 0.4, p.b_del = 0.5;
  p.b_commit = 1, p.sig_s = sig_s, p.I0 = 0.2;
  p.w_trade = 0.4;
  Host& h = w.hosts[0];
  h.J = 0.6, h.W = 0.3, h.lat = 10;
  Leader& l = w.leaders[0];
  l.R = 0.5, l.Lambda = 3, l.S = 0.5, l.Pi = 0.2;
  w.dyads[0](0, 0) = 0.5;
  w.stances = {{agents::leader_id(0), agents::host_id(0), StanceKind::own, {}, 1}};
  Event& e = support::add_event(w, 0, lead + 1, lead, 1.2);
  e.bound = 0.3, e.cover = 0.2;
  return w;
}

/// The same world in double: what MODEL's equations say, integrated.
struct ClosedForm {
  double c, a, hours, V = 1.2, bound = 0.3, I = 0.2, s2, sig2;
  Parameters p;
  double Lambda;

  explicit ClosedForm(const World& w) : p(w.parameters), Lambda(w.leaders[0].Lambda) {
    const Host& h = w.hosts[0];
    const Leader& l = w.leaders[0];
    a = p.w_trade * w.dyads[0](0, 0) * (1 + p.iota * l.S * (1 - h.W));
    c = p.th_m + p.th_nu * p.nu_bar + p.th_J * h.J + p.th_B * 1 + p.th_W * h.W * l.Pi - p.th_a * a - p.th_R * l.R -
        p.th_c * 0.2;
    hours = 6371.0088 * std::acos(-1.0) * 10 / 180 / 850;
    s2 = p.sigma_u * p.sigma_u, sig2 = p.sig_s * p.sig_s;
  }

  static double est(double x, double v) {
    constexpr double z[] = {0, 1.355626179974266, -1.355626179974266, 2.8569700138728056, -2.8569700138728056};
    constexpr double w[] = {0.5333333333333333, 0.22207592200561266, 0.22207592200561266, 0.011257411327720693,
                            0.011257411327720693};
    double sum = 0;
    for (int i = 0; i < 5; ++i) sum += w[i] * logistic(x + std::sqrt(v) * z[i]);
    return sum;
  }
  double pi_refuse(double mu, double v) const { return est(c + mu - p.kap_refuse, v) * (1 - bound); }
  double U_go(double mu, double v) const {
    const double pi_arrest = est(c + mu - p.kap_arrest, v);
    return -p.b_0 + p.b_V * V + p.b_al * a + p.b_I * I * V - p.b_h * hours - Lambda * pi_arrest;
  }
  double U_delegate() const { return p.phi * (p.b_V * V + p.b_al * a) - p.b_del; }
  double p_go(double mu, double v) const {
    const double go = std::exp(U_go(mu, v) - p.Omega * pi_refuse(mu, v));
    return go / (go + std::exp(U_delegate()) + 1);
  }
  /// Chance of going after all, when the invitation has held and the leader has learned from that.
  double p_leaves(double mu, double v) const {
    const double pi = pi_refuse(mu, v), after = 1 / (1 / v + pi * (1 - pi));
    mu += (1 - p.rho) * after * (0 - pi);
    return logistic(U_go(mu, after) + p.b_commit - std::max(U_delegate(), 0.0));
  }

  struct Chances {
    double go, withdrawn, arrested;
  };
  /// Given the leader's belief (mu, v) and the host's resolve u, normal with the same mean and variance.
  Chances given(double mu, double v) const {
    double held = 0, arrested = 0;
    for (const auto& [z, w] : nodes) {
      const double x = c + mu + std::sqrt(v) * z;
      const double holds = 1 - (1 - bound) * logistic(x - p.kap_refuse);
      held += w * holds;
      arrested += w * holds * logistic(x - p.kap_arrest);
    }
    const double go = p_go(mu, v);
    return {go, go * (1 - held), go * p_leaves(mu, v) * arrested};
  }
  Chances chances() const {
    if (std::isinf(sig2)) return given(0, s2);  // nothing heard: one integral, over u
    Chances sum{0, 0, 0};
    const double gain = s2 / (s2 + sig2);
    for (const auto& [z, w] : nodes) {  // over the signal y, and within it over u given y
      const Chances one = given(gain * std::sqrt(s2 + sig2) * z, s2 * (1 - gain));
      sum.go += w * one.go, sum.withdrawn += w * one.withdrawn, sum.arrested += w * one.arrested;
    }
    return sum;
  }

  std::vector<std::pair<double, double>> nodes = support::normal_nodes();
};

struct Ends {
  std::uint64_t go = 0, withdrawn = 0, arrested = 0;
};
Ends ends(const World& w, std::uint64_t seed, std::uint32_t replicates) {
  Ends n;
  support::live_many(Stage(w), seed, replicates, [&](const History& h) {
    const Decision& d = h.decisions.at(0);
    n.go += d.answer == Answer::go;
    n.withdrawn += d.outcome == Outcome::withdrawn;
    n.arrested += d.outcome == Outcome::arrested;
  });
  return n;
}

}  // namespace

TEST_CASE("theory 2: the chance of arrest is a Gaussian integral over resolve and what was heard of it") {
  constexpr double false_alarm = 1e-6;  // of each of the 12 checks; seed 11
  constexpr std::uint32_t n = 900'000;
  for (const double sig_s : {support::infinite, 0.8}) {
    CAPTURE(sig_s);
    const World w = one_event(sig_s);
    const Ends seen = ends(w, 11, n);
    const auto check = [&](const char* what, std::uint64_t found, double p) {
      CAPTURE(what);
      CAPTURE(p);
      CHECK(support::consistent_with(found, n, p, false_alarm));
      CHECK_FALSE(support::consistent_with(found, n, 1.02 * p, false_alarm));  // 2 % wrong does not pass
      CHECK_FALSE(support::consistent_with(found, n, 0.98 * p, false_alarm));
    };
    const ClosedForm::Chances expected = ClosedForm(w).chances();
    check("go", seen.go, expected.go);
    check("withdrawn", seen.withdrawn, expected.withdrawn);
    check("arrested", seen.arrested, expected.arrested);
  }
}

TEST_CASE("theory 2: a leader who hears nothing is not one who hears everything") {
  // The integral for the wrong sounding does not pass: the signal reaches the answer.
  const Ends seen = ends(one_event(0.8), 11, 300'000);
  const ClosedForm::Chances deaf = ClosedForm(one_event(support::infinite)).chances();
  CHECK_FALSE(support::consistent_with(seen.arrested, 300'000, deaf.arrested, 1e-6));
}
