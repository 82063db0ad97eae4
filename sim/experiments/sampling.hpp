// Where in the space of its factors an experiment looks: designs as points of the unit cube, pure functions of their
// arguments. Whoever runs them stretches each column over the range of its factor (or cuts it into alternatives).
// Every coordinate has an address under the seed, so that a longer random or Sobol design begins with the shorter one.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sim {

/// Points of [0, 1]^factors.
struct Points {
  std::size_t factors = 0;
  std::vector<double> values;  ///< [row][factor]

  std::size_t rows() const { return factors == 0 ? 0 : values.size() / factors; }
  std::span<const double> row(std::size_t i) const { return {values.data() + i * factors, factors}; }
};

/// Independent uniform points, inside (0, 1).
Points random_points(std::size_t rows, std::size_t factors, std::uint64_t seed);

/// Latin hypercube (McKay and others 1979): in each column one point in each of `rows` equal intervals, placed at
/// random inside it.
Points latin_hypercube(std::size_t rows, std::size_t factors, std::uint64_t seed);

/// Sobol's sequence (direction numbers of Joe and Kuo, from Boost.Random), its first point included, each column
/// shifted digitally by the seed: in each column the first 2^m points lie one in each of 2^m equal intervals, inside
/// (0, 1), and a mean over them has no bias. Up to 3,667 factors; std::invalid_argument beyond.
Points sobol_points(std::size_t rows, std::size_t factors, std::uint64_t seed);

/// Row 0 is the base; then, factor by factor, `levels` equally spaced values from 0 to 1 (at least 2) while the others
/// stay at the base: 1 + factors x levels rows.
Points one_at_a_time(std::span<const double> base, std::size_t levels);

/// Morris's trajectories (1991): from a random point of a grid of `levels` (even) each factor moves once, in random
/// order, by morris_step(levels), up or down as the grid allows. trajectories x (factors + 1) rows, as SALib orders
/// them.
Points morris_trajectories(std::size_t trajectories, std::size_t factors, std::size_t levels, std::uint64_t seed);
/// levels / (2 (levels - 1)), between opposite halves of the grid.
double morris_step(std::size_t levels);

/// Saltelli's design (2010) on a Sobol sequence of twice the factors, in the order in which SALib's analysers expect
/// it. For each of `base` pairs of points A and B: A; for each factor j, A with column j from B; if `second_order`, for
/// each j, B with column j from A; B. base x (factors + 2) rows, or base x (2 factors + 2). A power of two is best.
Points saltelli(std::size_t base, std::size_t factors, bool second_order, std::uint64_t seed);

}  // namespace sim
