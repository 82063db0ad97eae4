// Theory 9: ten years of steady defiance, or of steady refusal, drive no stock to its wall.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/support/many.hpp"
#include "tests/support/worlds.hpp"

using namespace agents;

namespace {

constexpr Week weeks = 520;
constexpr std::size_t hosts = 36;

/// Three dozen different hosts in six regions, two of three of them members as in the world; events and ideas; the
/// leader always goes.
World ten_years() {
  World w = support::exchangeable_hosts(hosts, weeks);
  w.parameters = Parameters{};
  w.parameters.b_0 = -20;
  w.parameters.Omega = 0;
  w.parameters.w_trade = 1;
  for (std::size_t h = 0; h < hosts; ++h) {
    Host& host = w.hosts[h];
    const auto part = [&](std::size_t step) { return static_cast<double>(h * step % hosts) / (hosts - 1); };
    host.region = "R" + std::to_string(h % 6);
    if (h % 3 == 0) host.membership.clear();
    host.J = part(5), host.C = part(7), host.W = part(11), host.mass = part(13);
    host.lat = -60 + 3.0 * static_cast<double>(h), host.lon = 5.0 * static_cast<double>(h);
    w.dyads[0](static_cast<Eigen::Index>(h), 0) = 0.8 * part(17);
  }
  Leader& l = w.leaders[0];
  l.R = 0.5, l.lam = w.parameters.lam, l.D = w.parameters.D, l.Lambda = 0;
  support::add_ngo(w, 2, 0.2, 0.5, 0.5);
  support::add_ngo(w, 2, 0.5, 0.8, 0.5);
  support::add_ngo(w, 1, 0.8, 0.2, 0.5);
  for (Week t = 9; t < weeks; t += 9) support::add_event(w, static_cast<std::size_t>(t) % hosts, t, 6, 2);
  return w;
}

/// Every trip is received and nobody arrests.
World defiance() {
  World w = ten_years();
  w.parameters.kap_refuse = 1e9;
  w.parameters.kap_arrest = 1e9;
  return w;
}

/// Hosts withdraw nearly every invitation.
World refusal() {
  World w = ten_years();
  w.parameters.kap_refuse = -4;
  return w;
}

struct Extent {
  double nu_low = 2, nu_high = 0, B_low = 1e9, B_high = 0;
  double at_bound = 0, delta_weeks = 0;  ///< weeks of all ties with delta at a bound, and all such weeks
  double share = 0, soundings = 0;       ///< v / sigma_u^2 after each sounding: never larger in between
  std::size_t visits = 0, withdrawn = 0;
};

/// delta week by week, told again from the decisions: the history does not keep it.
void follow_delta(const World& w, const History& h, Extent& e) {
  const Parameters& p = w.parameters;
  const double left = std::exp2(-1 / p.H_delta);
  std::vector<double> delta(hosts, 0.0);
  for (Week t = 0; t < weeks; ++t) {
    for (double& d : delta) d *= left;
    for (const Decision& d : h.decisions) {
      if (d.week_out != t) continue;
      const double V = static_cast<double>(d.V);
      double by = 0;
      if (d.outcome == Outcome::visited) by = p.g_visit * V;
      if (d.outcome == Outcome::cut_short) by = p.g_visit * V / 2;
      if (d.outcome == Outcome::stays_home) by = -p.g_cancel * V;
      if (d.outcome == Outcome::withdrawn) by = -p.g_refuse * V;
      if (d.outcome == Outcome::skip && d.event >= 0) by = -p.g_skip * V;
      if (d.outcome == Outcome::delegate && d.event >= 0) by = -p.g_skip * V / 2;
      delta[d.host.index] += by;
    }
    for (double& d : delta) {
      d = std::clamp(d, -0.5, 0.5);
      e.at_bound += std::abs(d) == 0.5;
    }
    e.delta_weeks += hosts;
  }
}

Extent extent(const World& w) {
  Extent e;
  const Stage stage(w);
  Life life(stage);
  std::vector<Note> diary;
  for (std::uint32_t r = 0; r < 20; ++r) {
    sim::PhiloxLuck luck(41, r);
    const History& h = life.live(luck, &diary);
    for (float nu : h.nu) {
      e.nu_low = std::min(e.nu_low, static_cast<double>(nu));
      e.nu_high = std::max(e.nu_high, static_cast<double>(nu));
    }
    for (float B : h.budget) {
      e.B_low = std::min(e.B_low, static_cast<double>(B));
      e.B_high = std::max(e.B_high, static_cast<double>(B));
    }
    follow_delta(w, h, e);
    for (const Decision& d : h.decisions) {
      e.visits += is_visit(d.outcome);
      e.withdrawn += d.outcome == Outcome::withdrawn;
    }
  }
  for (const Note& n : diary) {
    if (n.kind != Note::Kind::sounding) continue;
    const double sd = static_cast<double>(n.numbers[2]) / w.parameters.sigma_u;
    e.share += sd * sd;
    ++e.soundings;
  }
  return e;
}

bool norm_inside(const Extent& e) { return e.nu_low > 0.05 && e.nu_high < 1.95; }
bool budgets_inside(const Extent& e) { return e.B_low > 0.3 && e.B_high < 3.5; }
bool delta_moves(const Extent& e) { return e.at_bound < 0.05 * e.delta_weeks; }
bool doubts_last(const Extent& e) { return e.share > 0.02 * e.soundings && e.share <= e.soundings; }

void check(const Extent& e) {
  CAPTURE(e.nu_low);
  CAPTURE(e.nu_high);
  CAPTURE(e.B_low);
  CAPTURE(e.B_high);
  CAPTURE(e.at_bound / e.delta_weeks);
  CAPTURE(e.share / e.soundings);
  CHECK(norm_inside(e));
  CHECK(budgets_inside(e));
  CHECK(delta_moves(e));
  CHECK(doubts_last(e));
}

Extent mutant(World w, double Parameters::*member, double value) {
  w.parameters.*member = value;
  return extent(w);
}

}  // namespace

// 20 replicates of seed 41; no stock may leave its range even once.
TEST_CASE("theory 9: steady defiance leaves every stock room to move") {
  const Extent e = extent(defiance());
  CHECK(e.visits > 2000);
  CHECK(e.withdrawn == 0);
  check(e);
}

TEST_CASE("theory 9: steady refusal leaves every stock room to move") {
  const Extent e = extent(refusal());
  CHECK(e.withdrawn > 3000);
  CHECK(e.visits < e.withdrawn / 4);
  check(e);
}

TEST_CASE("theory 9: stocks that never return to rest hit their walls") {
  CHECK_FALSE(norm_inside(mutant(refusal(), &Parameters::H_nu, support::infinite)));
  CHECK_FALSE(budgets_inside(mutant(refusal(), &Parameters::H_B, support::infinite)));
  CHECK_FALSE(delta_moves(mutant(refusal(), &Parameters::H_delta, support::infinite)));
  CHECK_FALSE(delta_moves(mutant(defiance(), &Parameters::H_delta, support::infinite)));
  CHECK_FALSE(doubts_last(mutant(defiance(), &Parameters::sig_s, 0)));  // a sounding that leaves no doubt at all
}
