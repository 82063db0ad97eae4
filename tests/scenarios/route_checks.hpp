// What every route must satisfy, checked without the router's own line of sight: many points along it, one by one.
#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <queue>
#include <random>
#include <vector>

#include "scenarios/routes.hpp"

namespace support {

using scenarios::Mesh;
using scenarios::millimetres;
using scenarios::Point;

/// Random states of a random world: patches of neighbouring cells, so that there are coasts, bays and islands.
inline std::vector<bool> patches(const Mesh& mesh, std::mt19937& any, double share) {
  std::vector<bool> closed(mesh.cells(), false);
  const int R = mesh.rows(), C = mesh.columns();
  const auto wanted = static_cast<long>(share * static_cast<double>(mesh.cells()));
  while (std::count(closed.begin(), closed.end(), true) < wanted) {
    int r = static_cast<int>(any() % static_cast<unsigned>(R)), c = static_cast<int>(any() % static_cast<unsigned>(C));
    for (unsigned steps = 1 + any() % 60; steps > 0; --steps) {  // a random walk
      closed[mesh.cell(r, c)] = true;
      const unsigned to = any() % 4;
      r = std::clamp(r + (to == 0) - (to == 1), 0, R - 1);
      c = (c + (to == 2) - (to == 3) + C) % C;
    }
  }
  return closed;
}

inline Point somewhere(std::mt19937& any) {
  std::uniform_real_distribution<double> u(-1, 1);
  return {std::asin(u(any)) * 57.29577951308232, 180 * u(any)};
}

/// Whether a great circle keeps out of closed cells, and off the corners where two of them touch: looked at every
/// `step` degrees. `ends`: cells that are open.
inline bool clear(const Mesh& mesh, const std::vector<bool>& closed, Point from, Point to, double step,
                  const std::vector<std::size_t>& ends = {}) {
  const auto a = scenarios::on_sphere(from), b = scenarios::on_sphere(to);
  const double along = std::clamp(a[0] * b[0] + a[1] * b[1] + a[2] * b[2], -1.0, 1.0), angle = std::acos(along);
  const int steps = 1 + static_cast<int>(angle * 57.29577951308232 / step);
  const auto shut = [&](std::size_t cell) {
    return closed[cell] && std::find(ends.begin(), ends.end(), cell) == ends.end();
  };
  int row = -1, column = -1;
  for (int i = 0; i <= steps; ++i) {
    const double f = static_cast<double>(i) / steps;
    const double p = angle > 1e-12 ? std::sin((1 - f) * angle) / std::sin(angle) : 1 - f;
    const double q = angle > 1e-12 ? std::sin(f * angle) / std::sin(angle) : f;
    const double x = p * a[0] + q * b[0], y = p * a[1] + q * b[1], z = p * a[2] + q * b[2];
    const std::size_t cell =
        mesh.cell_of({std::asin(std::clamp(z, -1.0, 1.0)) * 57.29577951308232, std::atan2(y, x) * 57.29577951308232});
    if (shut(cell)) return false;
    const int r = static_cast<int>(cell) / mesh.columns(), c = static_cast<int>(cell) % mesh.columns();
    if (row >= 0 && r != row && c != column && shut(mesh.cell(r, column)) && shut(mesh.cell(row, c))) return false;
    row = r, column = c;
  }
  return true;
}

inline bool clear(const Mesh& mesh, const std::vector<bool>& closed, const scenarios::Path& path, double step) {
  const std::vector<std::size_t> ends{mesh.cell_of(path.turns.front()), mesh.cell_of(path.turns.back())};
  for (std::size_t i = 0; i + 1 < path.turns.size(); ++i)
    if (!clear(mesh, closed, path.turns[i], path.turns[i + 1], step, ends)) return false;
  return true;
}

/// Shortest way from cell centre to cell centre in moves of up to three rows and columns (32 neighbours), in mm;
/// infinite if there is none.
inline double dijkstra(const Mesh& mesh, const std::vector<bool>& closed, const scenarios::Router& router,
                       std::size_t from, std::size_t to) {
  const int C = mesh.columns(), R = mesh.rows();
  std::vector<scenarios::Spot> centre;
  for (int r = 0; r < R; ++r)
    for (int c = 0; c < C; ++c)
      centre.push_back(spot(mesh, {90 - (r + 0.5) * mesh.row_degrees(), (c + 0.5) * mesh.column_degrees() - 180}));
  std::vector<double> way(mesh.cells(), std::numeric_limits<double>::infinity());
  std::priority_queue<std::pair<double, std::size_t>, std::vector<std::pair<double, std::size_t>>, std::greater<>>
      queue;
  way[from] = 0;
  queue.push({0, from});
  while (!queue.empty()) {
    const auto [so_far, at] = queue.top();
    queue.pop();
    if (at == to) return so_far;
    if (so_far > way[at]) continue;
    const int row = static_cast<int>(at) / C, column = static_cast<int>(at) % C;
    for (int dr = -3; dr <= 3; ++dr)
      for (int dc = -3; dc <= 3; ++dc) {
        if (std::gcd(dr, dc) != 1 || row + dr < 0 || row + dr >= R) continue;
        const std::size_t next = mesh.cell(row + dr, (column + dc + C) % C);
        if (closed[next]) continue;
        const double there = so_far + static_cast<double>(millimetres(centre[at].v, centre[next].v));
        if (there >= way[next] || !router.sees(centre[at], centre[next])) continue;
        way[next] = there;
        queue.push({there, next});
      }
  }
  return way[to];
}

/// An exact visibility graph of its own: a point just off every corner of every closed cell and off its edges, all
/// seen from all; in mm, infinite if there is no way.
inline double by_visibility(const Mesh& mesh, const std::vector<bool>& closed, Point from, Point to) {
  std::vector<Point> points{from, to};
  const double off = 0.06, dr = mesh.row_degrees(), dc = mesh.column_degrees();
  for (int r = 0; r < mesh.rows(); ++r)
    for (int c = 0; c < mesh.columns(); ++c) {
      if (!closed[mesh.cell(r, c)]) continue;
      const double north = 90 - r * dr, west = c * dc - 180;
      for (const double lat : {north + off, north - dr - off})
        for (const double part : {0.0, 0.25, 0.5, 0.75, 1.0}) {
          const Point p{lat, west + part * dc + (part == 0 ? -off : part == 1 ? off : 0)};
          if (!closed[mesh.cell_of(p)]) points.push_back(p);
        }
    }
  const std::size_t n = points.size();
  std::vector<double> way(n, std::numeric_limits<double>::infinity());
  std::vector<bool> done(n, false);
  way[0] = 0;
  for (;;) {
    std::size_t at = n;
    for (std::size_t i = 0; i < n; ++i)
      if (!done[i] && (at == n || way[i] < way[at])) at = i;
    if (at == 1 || at == n || std::isinf(way[at])) return way[1];
    done[at] = true;
    for (std::size_t i = 0; i < n; ++i) {
      if (done[i]) continue;
      const double there =
          way[at] + static_cast<double>(millimetres(scenarios::on_sphere(points[at]), scenarios::on_sphere(points[i])));
      if (there < way[i] && clear(mesh, closed, points[at], points[i], 0.04)) way[i] = there;
    }
  }
}

/// A few closed cells near the middle of a coarse mesh, and two open places to either side.
struct SmallCase {
  std::vector<bool> closed;
  Point from, to;
};
inline SmallCase small_case(const Mesh& mesh, std::mt19937& any) {
  SmallCase small{std::vector<bool>(mesh.cells(), false), {}, {}};
  const int row = 2 + static_cast<int>(any() % static_cast<unsigned>(mesh.rows() - 9)), column = mesh.columns() / 2;
  for (unsigned n = 3 + any() % 8; n > 0; --n)
    small.closed[mesh.cell(row + static_cast<int>(any() % 5), column + static_cast<int>(any() % 5))] = true;
  std::uniform_real_distribution<double> u(0, 1);
  const double top = 90 - row * mesh.row_degrees(), left = column * mesh.column_degrees() - 180;
  const auto place = [&](double west, double wide) {
    return Point{top - 5 * mesh.row_degrees() * u(any), left + mesh.column_degrees() * (west + wide * u(any))};
  };
  do small.from = place(-2, 4);
  while (small.closed[mesh.cell_of(small.from)]);
  do small.to = place(3, 4);
  while (small.closed[mesh.cell_of(small.to)]);
  return small;
}

/// Random ends in open cells' centres, or -1 where the world has too few.
struct Tried {
  int routes = 0, none = 0, crossing = 0, too_short = 0, too_long = 0, missed = 0, one_way = 0, fan = 0, opened = 0;
};
inline std::int64_t length(const std::optional<scenarios::Path>& path) { return path ? path->mm : -1; }
inline Tried try_routes(const Mesh& mesh, int cases, unsigned seed) {
  std::mt19937 any(seed);
  Tried tried;
  for (int i = 0; i < cases; ++i) {
    const std::vector<bool> closed = patches(mesh, any, 0.02 + 0.4 * (i % 10) / 10.0);
    const scenarios::Router router(mesh, closed);
    std::size_t cells[2];
    Point ends[2];
    for (int k = 0; k < 2; ++k) {
      do cells[k] = mesh.cell_of(somewhere(any));
      while (closed[cells[k]]);
      const auto C = static_cast<std::size_t>(mesh.columns());
      ends[k] = {90 - (static_cast<double>(cells[k] / C) + 0.5) * mesh.row_degrees(),
                 (static_cast<double>(cells[k] % C) + 0.5) * mesh.column_degrees() - 180};
    }
    const auto path = router.shortest(ends[0], ends[1]), back = router.shortest(ends[1], ends[0]);
    if (i % 5 == 0) {  // one of several ways from the same place, and the way where some cells are open for once
      scenarios::Router::Fan fan = router.from(ends[1]);
      fan.shortest(somewhere(any));
      tried.fan += length(fan.shortest(ends[0])) != length(path);
      std::vector<std::size_t> opened;
      std::vector<bool> fewer = closed;
      for (std::size_t cell = any() % 7; cell < mesh.cells(); cell += 1 + any() % 7) {
        if (closed[cell]) opened.push_back(cell);
        fewer[cell] = false;
      }
      const auto direct = scenarios::Router(mesh, fewer).shortest(ends[0], ends[1]);
      tried.opened += length(fan.shortest(ends[0], opened)) != length(direct);
    }
    const double bound = dijkstra(mesh, closed, router, cells[0], cells[1]);
    if (!path) {
      ++tried.none;
      tried.missed += std::isfinite(bound);
      tried.one_way += back.has_value();
      continue;
    }
    ++tried.routes;
    const auto crow = millimetres(scenarios::on_sphere(ends[0]), scenarios::on_sphere(ends[1]));
    tried.crossing += !clear(mesh, closed, *path, 0.02);
    tried.too_short += path->mm < crow;
    tried.too_long += static_cast<double>(path->mm) > bound * (1 + 1e-9) + 5;  // sums of rounded steps
    tried.one_way += !back || back->mm != path->mm ||
                     !std::equal(path->turns.rbegin(), path->turns.rend(), back->turns.begin(), back->turns.end());
  }
  return tried;
}

inline void check_all_right(const Tried& tried) {
  CHECK(tried.crossing == 0);
  CHECK(tried.too_short == 0);
  CHECK(tried.too_long == 0);
  CHECK(tried.missed == 0);
  CHECK(tried.one_way == 0);
  CHECK(tried.fan == 0);
  CHECK(tried.opened == 0);
}

}  // namespace support
