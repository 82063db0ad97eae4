// Sensitivity indices against the analytic ones of Ishigami's function and Sobol's G, without noise and with.
#include <doctest/doctest.h>

#include <boost/random/normal_distribution.hpp>
#include <cmath>
#include <functional>
#include <span>
#include <stdexcept>

#include "sim/experiments/sensitivity.hpp"
#include "sim/rng/philox.hpp"

using namespace sim;

namespace {

const double pi = std::acos(-1.0);
using Function = std::function<double(std::span<const double>)>;

/// Ishigami and Homma (1990), a = 7, b = 0.1, on [-pi, pi]^3.
double ishigami(std::span<const double> u) {
  const auto x = [&](std::size_t j) { return pi * (2 * u[j] - 1); };
  return std::sin(x(0)) + 7 * std::pow(std::sin(x(1)), 2) + 0.1 * std::pow(x(2), 4) * std::sin(x(0));
}
struct Analytic {
  std::vector<double> S1, ST;
  double variance;
};
Analytic of_ishigami() {
  const double a = 7, b = 0.1, V1 = 0.5 * std::pow(1 + b * std::pow(pi, 4) / 5, 2), V2 = a * a / 8,
               V13 = b * b * std::pow(pi, 8) * (1.0 / 18 - 1.0 / 50), V = V1 + V2 + V13;
  return {{V1 / V, V2 / V, 0}, {(V1 + V13) / V, V2 / V, V13 / V}, V};
}

/// Sobol's G: the product of (|4 u - 2| + a) / (1 + a).
const std::vector<double> a_of_g = {0, 1, 4.5, 9, 99, 99, 99, 99};
double g(std::span<const double> u) {
  double product = 1;
  for (std::size_t j = 0; j < u.size(); ++j) product *= (std::abs(4 * u[j] - 2) + a_of_g[j]) / (1 + a_of_g[j]);
  return product;
}
Analytic of_g() {
  std::vector<double> V;
  double all = 1;
  for (const double a : a_of_g) {
    V.push_back(1 / (3 * (1 + a) * (1 + a)));
    all *= 1 + V.back();
  }
  Analytic exact{{}, {}, all - 1};
  for (const double v : V) {
    exact.S1.push_back(v / exact.variance);
    exact.ST.push_back(v * all / (1 + v) / exact.variance);
  }
  return exact;
}

Response exact(const Points& design, const Function& f) {
  std::vector<double> y;
  for (std::size_t i = 0; i < design.rows(); ++i) y.push_back(f(design.row(i)));
  return Response::exact(y);
}

/// The same in 16 batches, with noise of standard deviation `sd` on a cell's mean; a share of its variance is the same
/// in all cells.
Response noisy(const Points& design, const Function& f, double sd, double common, std::uint64_t seed) {
  constexpr std::size_t K = 16;
  Philox luck(seed);
  boost::random::normal_distribution<double> normal;
  Response r{K, {}, std::vector<double>(K, 1.0 / K), common > 0};
  std::vector<double> shared(K);
  for (double& x : shared) x = normal(luck);
  for (std::size_t i = 0; i < design.rows(); ++i)
    for (std::size_t b = 0; b < K; ++b)
      r.means.push_back(f(design.row(i)) +
                        sd * std::sqrt(K) * (std::sqrt(common) * shared[b] + std::sqrt(1 - common) * normal(luck)));
  return r;
}

/// As if the noise were the factors' doing.
Response believed(const Response& r) {
  std::vector<double> y;
  for (std::size_t cell = 0; cell < r.cells(); ++cell) {
    y.push_back(0);
    for (std::size_t b = 0; b < r.batches; ++b) y.back() += r.weights[b] * r.means[cell * r.batches + b];
  }
  return Response::exact(y);
}

void check(const SobolIndices& found, const Analytic& exact, double tolerance) {
  REQUIRE(found.factors.size() == exact.S1.size());
  CHECK(found.variance == doctest::Approx(exact.variance).epsilon(tolerance));
  for (std::size_t j = 0; j < exact.S1.size(); ++j) {
    CAPTURE(j);
    CHECK(std::abs(found.factors[j].S1 - exact.S1[j]) < tolerance);
    CHECK(std::abs(found.factors[j].ST - exact.ST[j]) < tolerance);
  }
}

}  // namespace

TEST_CASE("sensitivity: Sobol's indices of Ishigami and of G are the analytic ones") {
  check(sobol_indices(3, false, exact(saltelli(4096, 3, false, 1), ishigami)), of_ishigami(), 0.01);
  check(sobol_indices(3, true, exact(saltelli(4096, 3, true, 2), ishigami), 2), of_ishigami(), 0.01);
  check(sobol_indices(8, false, exact(saltelli(4096, 8, false, 3), g)), of_g(), 0.01);
}

TEST_CASE("sensitivity: bootstrap intervals hold the analytic indices about as often as they say") {
  const Analytic analytic = of_ishigami();
  int held = 0, all = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    // Independent pairs: on a Sobol sequence the errors are smaller than the bootstrap thinks.
    const Points ab = random_points(256, 6, seed);
    Points p{3, {}};
    for (std::size_t i = 0; i < ab.rows(); ++i)
      for (std::size_t row = 0; row < 5; ++row)
        for (std::size_t j = 0; j < 3; ++j)
          p.values.push_back(row == 4 || row == j + 1 ? ab.row(i)[3 + j] : ab.row(i)[j]);
    const SobolIndices found = sobol_indices(3, false, exact(p, ishigami), seed);
    for (std::size_t j = 0; j < 3; ++j, all += 2) {
      held += std::abs(found.factors[j].S1 - analytic.S1[j]) <= found.factors[j].S1_conf;
      held += std::abs(found.factors[j].ST - analytic.ST[j]) <= found.factors[j].ST_conf;
    }
  }
  MESSAGE(held << " of " << all);
  CHECK(held >= all * 0.88);
  CHECK(held <= all * 0.99);
}

TEST_CASE("sensitivity: noise, shared or not, is told apart from the factors") {
  const Points design = saltelli(2048, 3, false, 5);
  const Analytic analytic = of_ishigami();
  const double sd = std::sqrt(analytic.variance / 2);  // half as much again
  for (const double common : {0.0, 0.7, 1.0}) {
    CAPTURE(common);
    const Response r = noisy(design, ishigami, sd, common, 17);
    const SobolIndices found = sobol_indices(3, false, r);
    check(found, analytic, 0.06);
    CHECK(found.noise == doctest::Approx(sd * sd * (1 - common)).epsilon(0.15).scale(1));
  }
  const SobolIndices naive = sobol_indices(3, false, believed(noisy(design, ishigami, sd, 0, 17)));
  CHECK(naive.factors[2].ST > analytic.ST[2] + 0.2);  // the noise passes for interactions
  CHECK(naive.factors[0].S1 < analytic.S1[0] - 0.06);
}

TEST_CASE("sensitivity: under common luck the intervals of mu* and ST hold what they do without noise") {
  constexpr std::size_t K = 16, trajectories = 20, pairs = 256;
  // Luck that every cell meets, much of it in the effect: y = (3 + luck) u0 + 2 u1 + other luck.
  int morris = 0, sobol = 0, points_alone = 0, pairs_alone = 0, all = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Philox luck(seed);
    boost::random::normal_distribution<double> normal;
    std::vector<double> more(K), level(K);
    for (std::size_t b = 0; b < K; ++b) more[b] = 2 * normal(luck), level[b] = normal(luck);
    const auto live = [&](const Points& design) {
      Response r{K, {}, std::vector<double>(K, 1.0 / K), true};
      for (std::size_t i = 0; i < design.rows(); ++i)
        for (std::size_t b = 0; b < K; ++b)
          r.means.push_back((3 + more[b]) * design.row(i)[0] + 2 * design.row(i)[1] + level[b] + 0.1 * normal(luck));
      return r;
    };
    const Points steps = morris_trajectories(trajectories, 2, 4, seed);
    Response r = live(steps);
    const MorrisIndices found = morris_indices(steps, r, seed)[0];
    morris += std::abs(found.mu_star - 3) <= found.mu_star_conf;
    r.common_luck = false;
    points_alone += std::abs(found.mu_star - 3) <= morris_indices(steps, r, seed)[0].mu_star_conf;
    r = live(saltelli(pairs, 2, false, seed));
    const auto holds = [&] {
      const SobolIndices::Factor f = sobol_indices(2, false, r, seed).factors[0];
      return std::abs(f.ST - 9.0 / 13) <= f.ST_conf;
    };
    sobol += holds();
    r.common_luck = false;
    pairs_alone += holds();
    ++all;
  }
  MESSAGE(morris << " (mu*), " << sobol << " (ST) of " << all << "; of the points alone " << points_alone << ", "
                 << pairs_alone);
  CHECK(morris >= all * 0.90);
  CHECK(morris <= all * 0.99);
  CHECK(sobol >= all * 0.90);
  CHECK(points_alone < all * 0.5);
  CHECK(pairs_alone < all * 0.88);
}

TEST_CASE("sensitivity: there are no shares of a variance that is mostly noise, and those there are are possible") {
  int told = 0, all = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Points design = saltelli(16, 3, false, seed);
    for (const double sd : {0.2, 1.0, 5.0}) {  // of the function: 0.41
      const SobolIndices found =
          sobol_indices(3, false,
                        noisy(
                            design, [](std::span<const double> u) { return u[0] + u[1]; }, sd, 0, seed),
                        seed);
      for (const SobolIndices::Factor& f : found.factors) {
        for (const double x : {f.S1, f.S1_conf, f.ST, f.ST_conf}) CHECK(std::isfinite(x) == found.is_told);
        if (found.is_told) CHECK(std::max(std::abs(f.S1), std::abs(f.ST)) < 5);
      }
      if (sd == 0.2) CHECK(found.is_told);
      told += sd == 5 && found.is_told, all += sd == 5;
    }
  }
  MESSAGE(told << " of " << all << " told where the noise is 150 times the variance");
  CHECK(told <= all * 0.08);
  CHECK_FALSE(
      sobol_indices(3, false, exact(saltelli(16, 3, false, 1), [](std::span<const double>) { return 1.0; })).is_told);
}

TEST_CASE("sensitivity: Morris's indices of G are those of its grid, and of Ishigami those of every step on it") {
  const std::size_t r = 4000;
  {  // On four levels |4 u - 2| is 2, 2/3, 2/3, 2, and a step changes it by 4/3 over 2/3.
    const Points design = morris_trajectories(r, 8, 4, 1);
    const std::vector<MorrisIndices> found = morris_indices(design, exact(design, g));
    for (std::size_t j = 0; j < 8; ++j) {
      double mu_star = 2 / (1 + a_of_g[j]);
      for (std::size_t i = 0; i < 8; ++i)
        if (i != j) mu_star *= (4.0 / 3 + a_of_g[i]) / (1 + a_of_g[i]);
      CHECK(found[j].mu_star == doctest::Approx(mu_star).epsilon(0.03));
      CHECK(std::abs(found[j].mu_star - mu_star) < 2.5 * found[j].mu_star_conf);
      CHECK(std::abs(found[j].mu) < 0.06 * mu_star);  // as often up as down
    }
  }
  const Points design = morris_trajectories(r, 3, 4, 1);
  const std::vector<MorrisIndices> found = morris_indices(design, exact(design, ishigami));
  for (std::size_t j = 0; j < 3; ++j) {
    double n = 0, sum = 0, absolute = 0, squares = 0;
    for (std::size_t at = 0; at < 64; ++at) {
      std::vector<double> u = {static_cast<double>(at % 4) / 3, static_cast<double>(at / 4 % 4) / 3,
                               static_cast<double>(at / 16) / 3};
      if (u[j] > 0.5) continue;
      const double low = ishigami(u);
      u[j] += 2.0 / 3;
      const double effect = (ishigami(u) - low) * 1.5;
      ++n, sum += effect, absolute += std::abs(effect), squares += effect * effect;
    }
    CHECK(found[j].mu_star == doctest::Approx(absolute / n).epsilon(0.03).scale(1));
    CHECK(found[j].sigma == doctest::Approx(std::sqrt(squares / n - sum * sum / n / n)).epsilon(0.03).scale(1));
  }
}

TEST_CASE("sensitivity: Morris's mu* of a factor that does nothing is 0 under noise, where the plain one is not") {
  const Points design = morris_trajectories(500, 3, 4, 3);
  const Function f = [](std::span<const double> u) { return 3 * u[0] - 2 * u[1]; };
  for (const double common : {0.0, 0.8}) {
    const Response r = noisy(design, f, 0.5, common, 23);
    const std::vector<MorrisIndices> found = morris_indices(design, r), plain = morris_indices(design, believed(r));
    CHECK(found[0].mu_star == doctest::Approx(3).epsilon(0.05));
    CHECK(found[1].mu == doctest::Approx(-2).epsilon(0.06));
    CHECK(std::abs(found[2].mu_star) < 0.1);
    CHECK(found[0].sigma < 0.35);
    CHECK(plain[2].mu_star > 0.3);
    CHECK(plain[0].sigma > 0.4);
  }
}

TEST_CASE("sensitivity: the same numbers again, and what is no design is refused") {
  const Points design = saltelli(64, 3, false, 1);
  const Response r = exact(design, ishigami);
  CHECK(sobol_indices(3, false, r, 9).factors[0].S1_conf == sobol_indices(3, false, r, 9).factors[0].S1_conf);
  CHECK(sobol_indices(3, false, r, 9).factors[0].S1_conf != sobol_indices(3, false, r, 8).factors[0].S1_conf);
  CHECK_THROWS_AS(sobol_indices(4, false, r), std::invalid_argument);
  CHECK_THROWS_AS(morris_indices(design, r), std::invalid_argument);
  CHECK_THROWS_AS(morris_indices(random_points(8, 3, 1), exact(random_points(8, 3, 1), ishigami)),
                  std::invalid_argument);
}

TEST_CASE("sensitivity: batches of unequal weight that agree add no noise, and falls count as much as rises") {
  const Points design = morris_trajectories(8, 2, 4, 3);
  Response r{4, {}, {0.4, 0.3, 0.2, 0.1}, true};
  for (std::size_t i = 0; i < design.rows(); ++i)
    r.means.insert(r.means.end(), 4, 5 - 3 * design.row(i)[0] + 2 * design.row(i)[1]);
  const std::vector<MorrisIndices> indices = morris_indices(design, r);
  CHECK(indices[0].mu == doctest::Approx(-3));
  CHECK(indices[0].mu_star == doctest::Approx(3));
  CHECK(indices[1].mu_star == doctest::Approx(2));
  for (const MorrisIndices& i : indices) {
    CHECK(i.sigma < 1e-6);
    CHECK(i.mu_star_conf < 1e-6);
  }
  CHECK(std::abs(sobol_indices(3, false, exact(saltelli(64, 3, false, 5), ishigami)).noise) < 1e-9);
}
