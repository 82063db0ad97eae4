#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "route_checks.hpp"
#include "scenarios/routes.hpp"

using namespace scenarios;
using doctest::Approx;

namespace {

constexpr Point moscow_at{55.75, 37.6}, ulaanbaatar{47.92, 106.92};

double km(std::int64_t mm) { return static_cast<double>(mm) / 1e6; }

}  // namespace

TEST_CASE("routes: where nothing is in the way the route is the great circle") {
  const Mesh mesh(360, 720);
  const Router router(mesh, std::vector<bool>(mesh.cells(), false));
  const auto path = router.shortest(moscow_at, ulaanbaatar);
  REQUIRE(path);
  CHECK(path->turns == std::vector<Point>{moscow_at, ulaanbaatar});
  CHECK(km(path->mm) == Approx(4636).epsilon(0.001));
  const auto around = router.shortest({10, 179}, {10, -179});  // over the antimeridian
  CHECK(km(around->mm) == Approx(2 * 111.195 * std::cos(10 / 57.29577951)).epsilon(1e-4));
  const auto over = router.shortest({80, 0}, {80, 180});  // over the pole
  CHECK(km(over->mm) == Approx(20 * 111.195).epsilon(1e-4));
}

TEST_CASE("routes: round a wall on the equator by its nearer end") {
  const Mesh mesh(180, 360);
  std::vector<bool> closed(mesh.cells(), false);
  for (int r = 60; r < 100; ++r) closed[mesh.cell(r, 180)] = true;  // 30 N to 10 S, 0 to 1 E
  const Router router(mesh, closed);
  const auto path = router.shortest({0, -10}, {0, 11});
  REQUIRE(path);
  // By hand, spherical: cos d = cos(10) cos(10) from (0, -10) to (10 S, 0); twice, and a degree of the parallel
  // between.
  const double leg = std::acos(std::cos(10 / 57.29577951) * std::cos(10 / 57.29577951)) * 6371.0088;
  CHECK(km(path->mm) == Approx(2 * leg + 111.195 * std::cos(10 / 57.29577951)).epsilon(2e-4));
  CHECK(path->turns.size() == 4);
  CHECK(path->turns[1].lat == Approx(-10).epsilon(0.001));
}

TEST_CASE("routes: a corner between two closed cells is closed, and a closed ring has no way in") {
  const Mesh mesh(36, 72);
  std::vector<bool> closed(mesh.cells(), false);
  for (int r = 15; r <= 19; ++r)
    for (int c = 30; c <= 34; ++c) closed[mesh.cell(r, c)] = r == 15 || r == 19 || c == 30 || c == 34;
  const Point inside{2.5, -17.5}, outside{22.5, -37.5};  // row 17, column 32
  REQUIRE(mesh.cell_of(inside) == mesh.cell(17, 32));
  CHECK_FALSE(Router(mesh, closed).shortest(inside, outside));
  std::vector<bool> touching = closed;
  touching[mesh.cell(15, 30)] = false;  // its neighbours touch at a corner only
  CHECK_FALSE(Router(mesh, touching).shortest(inside, outside));
  std::vector<bool> gap = closed;
  gap[mesh.cell(15, 31)] = false;
  CHECK(Router(mesh, gap).shortest(inside, outside));
  CHECK(Router(mesh, closed).shortest(inside, outside, {mesh.cell(17, 30)}));  // opened on this way only
  CHECK_FALSE(Router(mesh, closed).shortest(inside, outside));
}

TEST_CASE("routes: the pole is a corner of every cell there") {
  const Mesh mesh(36, 72);
  std::vector<bool> closed(mesh.cells(), false);
  closed[mesh.cell(0, 18)] = true;  // 90 to 85 W; the way over the pole, from 0 to 180 E, leads past its tip
  const Router router(mesh, closed);
  CHECK_FALSE(router.sees(spot(mesh, {70, 2.5}), spot(mesh, {70, -177.5})));
  const auto path = router.shortest({70, 2.5}, {70, -177.5});
  REQUIRE(path);
  CHECK(support::clear(mesh, closed, *path, 0.01));
  CHECK(km(path->mm) == Approx(40 * 111.195).epsilon(1e-4));
}

TEST_CASE("routes: the cells of the two ends are open") {
  const Mesh mesh(36, 72);
  std::vector<bool> closed(mesh.cells(), false);
  closed[mesh.cell(10, 20)] = closed[mesh.cell(20, 40)] = true;
  const Point from{37.5, -77.5}, to{-12.5, 22.5};
  REQUIRE((closed[mesh.cell_of(from)] && closed[mesh.cell_of(to)]));
  CHECK(Router(mesh, closed).shortest(from, to)->turns.size() == 2);
}

TEST_CASE("routes: the line of sight is the one that many points along it give") {
  const Mesh mesh(36, 72);
  std::mt19937 any(7);
  int seen = 0, lines = 4000;
  for (int i = 0; i < lines; ++i) {
    const std::vector<bool> closed = support::patches(mesh, any, 0.05);
    const Router router(mesh, closed);
    const Point a = support::somewhere(any), b = support::somewhere(any);
    const bool sees = router.sees(spot(mesh, a), spot(mesh, b));
    seen += sees;
    CHECK(sees == router.sees(spot(mesh, b), spot(mesh, a)));
    if (sees) CHECK(support::clear(mesh, closed, a, b, 0.05));
    // Points may step over a sliver of a cell, so the other way round only nearly always: counted below.
    if (!sees && support::clear(mesh, closed, a, b, 0.01)) --lines;
  }
  CHECK(lines > 3990);
  CHECK((seen > 400 && seen < 3600));
}

TEST_CASE(
    "routes: random worlds: nothing closed is crossed, great circle <= route <= 32-neighbour Dijkstra, both ways") {
  const support::Tried tried = support::try_routes(Mesh(36, 72), 150, 2023);
  CHECK(tried.routes > 100);
  support::check_all_right(tried);
}

TEST_CASE("routes: small worlds: within 1 % of an exact visibility graph") {
  const Mesh mesh(36, 72);
  std::mt19937 any(11);
  double worst = 0;
  for (int i = 0; i < 500; ++i) {
    const support::SmallCase small = support::small_case(mesh, any);
    const auto path = Router(mesh, small.closed).shortest(small.from, small.to);
    const double exact = support::by_visibility(mesh, small.closed, small.from, small.to);
    REQUIRE(path.has_value() == std::isfinite(exact));
    if (path) worst = std::max(worst, std::abs(static_cast<double>(path->mm) / exact - 1));
  }
  CHECK(worst < 0.01);
}
