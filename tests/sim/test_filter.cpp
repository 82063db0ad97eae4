// The particle filter against a world so small that its likelihood is an integral one can write down.
#include <doctest/doctest.h>

#include <cmath>

#include "sim/inference/filter.hpp"
#include "tests/support/statistics.hpp"
#include "tests/support/worlds.hpp"

using namespace sim;
using agents::World;
using support::logistic;

namespace {

constexpr double th_m = 0.8, th_F = 0.9, kap_refuse = 1.0, kap_arrest = 3.0, b_0 = -0.7, b_commit = 1.5, zeta = 0.4,
                 rec_duty = 0.6, rec_lapse = 0.1;

/// One member whose resolve is hidden from a leader who does not care; a finding makes the host stricter for good.
World tiny_world() {
  World w = support::one_host_world(40);
  agents::Parameters& p = w.parameters;
  p.sigma_u = 1, p.th_m = th_m, p.th_F = th_F, p.kap_refuse = kap_refuse, p.kap_arrest = kap_arrest;
  p.b_0 = b_0, p.b_commit = b_commit, p.zeta = zeta, p.rec_duty = rec_duty, p.rec_lapse = rec_lapse;
  return w;
}

std::vector<Opportunity> opportunities(const std::vector<Fate>& fates) {
  std::vector<Opportunity> out;
  for (std::size_t i = 0; i < fates.size(); ++i) {
    Opportunity o;
    o.posed.rank = static_cast<int>(i);
    o.posed.place = agents::stable_id("T" + std::to_string(i));
    o.posed.departs = static_cast<agents::Week>(8 + 4 * i);
    o.opened = o.posed.departs - 3;  // after the one before: findings do not change while an invitation stands
    o.outcome = fates[i];
    out.push_back(o);
  }
  return out;
}

/// The chances of the five fates of one opportunity that is on record, given resolve and findings.
ByFate chances_of(double u, double findings) {
  const double go = std::exp(-b_0) / (std::exp(-b_0) + 2), stay = logistic(b_0 - b_commit);
  const double c = th_m + u + th_F * findings, refuse = logistic(c - kap_refuse), arrest = logistic(c - kap_arrest);
  const double flown = (1 - rec_lapse) * go * (1 - refuse) * (1 - stay), all = flown + rec_duty * (1 - flown);
  return {flown * (1 - arrest) / all, 0, rec_duty * (1 - refuse - flown) / all, rec_duty * refuse / all,
          flown * arrest / all};
}

double given_resolve(double u, const std::vector<Fate>& fates, std::size_t from = 0, int findings = 0) {
  if (from == fates.size()) return 1;
  const double now = chances_of(u, findings)[static_cast<std::size_t>(fates[from])];
  if (fates[from] != Fate::visited) return now * given_resolve(u, fates, from + 1, findings);
  return now * (zeta * given_resolve(u, fates, from + 1, findings + 1) +
                (1 - zeta) * given_resolve(u, fates, from + 1, findings));
}

/// Sum over the findings, integral over the resolve (trapezoids on [-8, 8]).
double exact(const std::vector<Fate>& fates) {
  double sum = 0;
  for (int i = 0; i <= 1600; ++i) {
    const double u = -8 + 0.01 * i;
    sum += 0.01 * std::exp(-0.5 * u * u) / std::sqrt(2 * std::acos(-1.0)) * given_resolve(u, fates);
  }
  return sum;
}

const std::vector<Fate> story = {Fate::visited,    Fate::visited, Fate::kept_away, Fate::visited,
                                 Fate::own_choice, Fate::visited, Fate::kept_away, Fate::arrested};

}  // namespace

TEST_CASE("filter: the likelihood of a record is that of exact enumeration") {
  const agents::Stage stage(tiny_world());
  const auto record = opportunities(story);
  const Filtered found = filter(stage, record, {.seed = 3, .particles = 20000, .threads = 2});
  CHECK(found.log_likelihood == doctest::Approx(std::log(exact(story))).epsilon(0.004));
  CHECK(found.resamplings >= 1);
  for (std::size_t n = 1; n <= story.size(); ++n) {  // every prediction is the ratio of two likelihoods
    const std::vector<Fate> before(story.begin(), story.begin() + static_cast<std::ptrdiff_t>(n) - 1);
    double total = 0;
    for (std::size_t f = 0; f < found.p[n - 1].size(); ++f) {
      auto with = before;
      with.push_back(static_cast<Fate>(f));
      CHECK(found.p[n - 1][f] == doctest::Approx(exact(with) / exact(before)).epsilon(0.05).scale(1e-3));
      total += found.p[n - 1][f];
    }
    CHECK(total == doctest::Approx(1).epsilon(1e-6));
  }
}

TEST_CASE("filter: with few particles the likelihood is noisy and right on average") {
  const agents::Stage stage(tiny_world());
  const auto record = opportunities(story);
  double sum = 0, squares = 0;
  constexpr int runs = 2000;
  for (int r = 0; r < runs; ++r) {
    const double x =
        std::exp(filter(stage, record, {.seed = static_cast<std::uint64_t>(r), .particles = 20}).log_likelihood);
    sum += x;
    squares += x * x;
  }
  const double mean = sum / runs, se = std::sqrt((squares / runs - mean * mean) / runs);
  CHECK(se < 0.05 * mean);
  CHECK(std::abs(mean - exact(story)) < 3.3 * se);
}

TEST_CASE("filter: threads change nothing, and an arrest ends the story") {
  World w = support::lively_world(4, 60);
  w.events.clear();
  w.leaders[0].lam = 0;
  const agents::Stage stage(w);
  auto record = opportunities({Fate::visited, Fate::own_choice, Fate::kept_away, Fate::cut_short, Fate::visited,
                               Fate::visited, Fate::arrested, Fate::visited});
  for (std::size_t i = 0; i < record.size(); ++i) record[i].posed.host = agents::host_id(i % 4);
  const Filtered one = filter(stage, record, {.seed = 5, .particles = 300, .threads = 1});
  const Filtered three = filter(stage, record, {.seed = 5, .particles = 300, .threads = 3});
  CHECK(one.p == three.p);
  CHECK(one.log_likelihood == three.log_likelihood);
  CHECK(one.p.back() == ByFate{});
  CHECK(one.log_p.back() == 0);
  CHECK(one.log_p[6] < 0);
}

TEST_CASE("filter: a region's resolve is inherited with the rest") {
  // What is seen of one host tells about the next, whom nobody has met before: rho of the variance is the region's.
  World w = support::exchangeable_hosts(2, 40);
  const World one = tiny_world();
  w.parameters = one.parameters;
  w.parameters.zeta = 0, w.parameters.rho = 0.8;
  auto record = opportunities({Fate::kept_away, Fate::kept_away, Fate::kept_away, Fate::kept_away, Fate::visited});
  record.back().posed.host = agents::host_id(1);
  const auto given = [](double g, Fate fate, int times) {  // the region's share, over the host's own
    double sum = 0, weight = 0;
    for (int i = -60; i <= 60; ++i) {
      const double e = 0.1 * i, density = std::exp(-0.5 * e * e);
      const double u = std::sqrt(0.8) * g + std::sqrt(0.2) * e;
      sum += density * std::pow(chances_of(u, 0)[static_cast<std::size_t>(fate)], times);
      weight += density;
    }
    return sum / weight;
  };
  double both = 0, before = 0, alone = 0, all = 0;
  for (int i = -60; i <= 60; ++i) {
    const double g = 0.1 * i, density = std::exp(-0.5 * g * g), first = given(g, Fate::kept_away, 4);
    all += density, before += density * first, alone += density * given(g, Fate::kept_away, 1);
    both += density * first * given(g, Fate::kept_away, 1);
  }
  const Filtered found = filter(agents::Stage(w), record, {.seed = 4, .particles = 20000, .threads = 2});
  CHECK(found.resamplings >= 1);
  const double p = found.p[4][static_cast<std::size_t>(Fate::kept_away)];
  CHECK(p == doctest::Approx(both / before).epsilon(0.02));
  CHECK(p > 1.1 * alone / all);  // or the region would tell little
}

TEST_CASE("filter: a week is lived once, whoever departs in it") {
  World w = tiny_world();
  agents::Parameters& p = w.parameters;
  p.sigma_u = p.zeta = 0, p.th_nu = 1;
  w.shocks = {{.week = 8, .target = agents::ShockTarget::nu, .op = agents::ShockOp::add, .value = 0.25}};
  const auto record = opportunities({Fate::visited, Fate::visited});  // the first departs in week 8
  const Filtered found = filter(agents::Stage(w), record, {.seed = 1, .particles = 4});
  for (std::size_t f = 0; f < 5; ++f)
    CHECK(found.p[1][f] == doctest::Approx(chances_of(1.25, 0)[f]).epsilon(1e-5));  // th_nu nu in the place of u
}

TEST_CASE("filter: forecasts are mixed by how well each has done so far") {
  Filtered a, b;
  a.p = {{0.5, 0, 0.5, 0, 0}, {1, 0, 0, 0, 0}}, a.log_p = {std::log(0.5), 0};
  b.p = {{0.1, 0, 0.9, 0, 0}, {0, 0, 1, 0, 0}}, b.log_p = {std::log(0.1), std::log(0.2)};
  std::vector<double> weight = {0.25, 0.75};
  const std::vector<Filtered> each = {a, b};
  const Filtered mixed = mixture(each, weight);
  const double first = 0.25 * 0.5 + 0.75 * 0.1, left = 0.25 * 0.5 / first;
  CHECK(mixed.p[0][0] == doctest::Approx(first));
  CHECK(mixed.log_p[0] == doctest::Approx(std::log(first)));
  CHECK(mixed.p[1][0] == doctest::Approx(left));
  const double second = left + (1 - left) * 0.2;
  CHECK(mixed.log_likelihood == doctest::Approx(std::log(first * second)));
  CHECK(weight[0] == doctest::Approx(left / second));
}

TEST_CASE("filter: what cannot happen has no likelihood") {
  World w = tiny_world();
  w.hosts[0].membership.clear();
  const auto record = opportunities({Fate::arrested});
  const Filtered found = filter(agents::Stage(w), record, {.seed = 1, .particles = 10});
  CHECK(found.p[0][4] == 0);
  CHECK(std::isinf(found.log_likelihood));
}
