// Columns of a file out of rows of a table.
#pragma once
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

namespace sim {

/// Stands where a column has no value.
inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// of(0), of(1), ... of(n - 1).
template <class Of>
auto collect(std::size_t n, Of of) {
  std::vector<std::decay_t<decltype(of(n))>> all;
  all.reserve(n);
  for (std::size_t i = 0; i < n; ++i) all.push_back(of(i));
  return all;
}

/// of(row) for each row.
template <class Rows, class Of>
auto column(const Rows& rows, Of of) {
  return collect(rows.size(), [&](std::size_t i) { return of(rows[i]); });
}

/// 0, 1, ... n - 1.
inline std::vector<std::int32_t> numbered(std::size_t n) {
  return collect(n, [](std::size_t i) { return static_cast<std::int32_t>(i); });
}

}  // namespace sim
