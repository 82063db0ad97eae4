#include "sim/experiments/sampling.hpp"

#include <algorithm>
#include <boost/random/sobol.hpp>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "sim/rng/philox.hpp"

namespace sim {
namespace {

/// What a random number of a design is for.
enum class Purpose : std::uint32_t { place, shuffle, shift };

/// 64 random bits with an address. The key is not the seed itself: a design shares no draw with the histories.
std::uint64_t bits(std::uint64_t seed, Purpose purpose, std::size_t row, std::size_t column) {
  constexpr std::uint64_t of_designs = 0x64657369676e7321;
  const agents::Words w = philox(
      seed ^ of_designs,
      {static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(column), static_cast<std::uint32_t>(purpose), 0});
  return static_cast<std::uint64_t>(w[0]) << 32 | w[1];
}

/// A number inside (0, 1): quantile functions may be applied to it.
double unit(std::uint64_t bits) { return (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52; }

/// One of 0 .. n-1.
std::size_t below(std::size_t n, std::uint64_t bits) {
  return std::min(static_cast<std::size_t>(unit(bits) * static_cast<double>(n)), n - 1);
}

/// 0 .. n-1 in random order.
std::vector<std::size_t> shuffled(std::size_t n, std::uint64_t seed, std::size_t which) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[below(i, bits(seed, Purpose::shuffle, i, which))]);
  return order;
}

Points empty(std::size_t rows, std::size_t factors) {
  if (rows == 0 || factors == 0) throw std::invalid_argument("a design needs at least one point and one factor");
  return {factors, std::vector<double>(rows * factors)};
}

}  // namespace

Points random_points(std::size_t rows, std::size_t factors, std::uint64_t seed) {
  Points p = empty(rows, factors);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < factors; ++j) p.values[i * factors + j] = unit(bits(seed, Purpose::place, i, j));
  return p;
}

Points latin_hypercube(std::size_t rows, std::size_t factors, std::uint64_t seed) {
  Points p = empty(rows, factors);
  for (std::size_t j = 0; j < factors; ++j) {
    const std::vector<std::size_t> interval = shuffled(rows, seed, j);
    for (std::size_t i = 0; i < rows; ++i)
      p.values[i * factors + j] =
          (static_cast<double>(interval[i]) + unit(bits(seed, Purpose::place, i, j))) / static_cast<double>(rows);
  }
  return p;
}

Points sobol_points(std::size_t rows, std::size_t factors, std::uint64_t seed) {
  Points p = empty(rows, factors);
  if (factors > boost::random::default_sobol_table::max_dimension)
    throw std::invalid_argument("Sobol's sequence has at most 3,667 dimensions here");
  std::vector<std::uint64_t> shift(factors);
  for (std::size_t j = 0; j < factors; ++j) shift[j] = bits(seed, Purpose::shift, 0, j);
  boost::random::sobol sequence(factors);
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < factors; ++j)
      p.values[i * factors + j] = unit((i == 0 ? 0 : sequence()) ^ shift[j]);  // Boost leaves out the first point, 0
  return p;
}

Points one_at_a_time(std::span<const double> base, std::size_t levels) {
  if (levels < 2) throw std::invalid_argument("one at a time needs at least two levels");
  Points p = empty(1 + base.size() * levels, base.size());
  for (std::size_t i = 0; i < p.rows(); ++i)
    std::copy(base.begin(), base.end(), p.values.begin() + static_cast<std::ptrdiff_t>(i * p.factors));
  for (std::size_t j = 0; j < p.factors; ++j)
    for (std::size_t level = 0; level < levels; ++level)
      p.values[(1 + j * levels + level) * p.factors + j] = static_cast<double>(level) / static_cast<double>(levels - 1);
  return p;
}

double morris_step(std::size_t levels) {
  if (levels < 2 || levels % 2 != 0) throw std::invalid_argument("Morris's grid needs an even number of levels");
  return static_cast<double>(levels) / static_cast<double>(2 * (levels - 1));
}

Points morris_trajectories(std::size_t trajectories, std::size_t factors, std::size_t levels, std::uint64_t seed) {
  Points p = empty(trajectories * (factors + 1), factors);
  (void)morris_step(levels);  // refuses what is no grid
  const std::size_t half = levels / 2;
  const auto coordinate = [&](std::size_t level) {
    return static_cast<double>(level) / static_cast<double>(levels - 1);
  };
  for (std::size_t t = 0; t < trajectories; ++t) {
    std::vector<std::size_t> at(factors);
    for (std::size_t j = 0; j < factors; ++j) at[j] = below(levels, bits(seed, Purpose::place, t, j));
    const std::vector<std::size_t> order = shuffled(factors, seed, t);
    for (std::size_t step = 0; step <= factors; ++step) {
      if (step > 0) {
        std::size_t& moved = at[order[step - 1]];
        moved = moved < half ? moved + half : moved - half;
      }
      for (std::size_t j = 0; j < factors; ++j) p.values[(t * (factors + 1) + step) * factors + j] = coordinate(at[j]);
    }
  }
  return p;
}

Points saltelli(std::size_t base, std::size_t factors, bool second_order, std::uint64_t seed) {
  const Points pairs = sobol_points(base, 2 * factors, seed);
  Points p{factors, {}};
  p.values.reserve(base * (second_order ? 2 * factors + 2 : factors + 2) * factors);
  for (std::size_t i = 0; i < base; ++i) {
    const auto a = pairs.row(i).first(factors), b = pairs.row(i).last(factors);
    const auto add = [&](std::span<const double> point, std::span<const double> other, std::size_t exchanged) {
      for (std::size_t j = 0; j < factors; ++j) p.values.push_back(j == exchanged ? other[j] : point[j]);
    };
    add(a, b, factors);
    for (std::size_t j = 0; j < factors; ++j) add(a, b, j);
    for (std::size_t j = 0; second_order && j < factors; ++j) add(b, a, j);
    add(b, a, factors);
  }
  return p;
}

}  // namespace sim
