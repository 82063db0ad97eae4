// How many replicates a cell needs: batches that double until the standard error of an outcome is small enough.
// The looks come at first, 2 first, 4 first, ...: a schedule that the data cannot move, so a cell that is resumed, or
// lived elsewhere, stops at the same look.
//
// Stopping at the first small standard error is wrong for what happens rarely: a batch without an event has error 0,
// and intervals of 95 % then cover the truth half of the time (tests/sim/test_adaptive.cpp). Both the decision and the
// interval therefore use the score interval of a compound Poisson sum (for an event that happens or not, Wilson's):
// with a = sum of x^2 / sum of x, the size of an event, n replicates, mean m and variance s^2,
//   centre = m + z^2 a / 2n,   error^2 = s^2 / n + (z a / 2n)^2,   interval = centre -+ z error,
// which is the usual interval when events are many. Coverage under repeated looks is simulated in the test.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

namespace sim {

inline constexpr double z_95 = 1.959963984540054;  ///< of a two-sided interval of 95 %

/// How well a mean over replicates is known.
struct Precision {
  double mean = 0, error = 0;  ///< error: as above, never 0 while replicates are finite
  double low = 0, high = 0;    ///< 95 %
};

/// `mean` and its plain `standard_error` over n replicates (at least 2) of an outcome that is not negative; where it
/// is, or can be, the plain interval. event: the size of an event, as long as none has been seen.
inline Precision precision(std::int64_t n, double mean, double standard_error, double event = 1) {
  const double count = static_cast<double>(n), variance_of_mean = standard_error * standard_error;
  const double a = mean > 0 ? variance_of_mean * (count - 1) / mean + mean : mean < 0 ? 0 : event;
  const double half_event = z_95 * a / (2 * count);
  const double centre = mean + z_95 * half_event;
  const double error = std::sqrt(variance_of_mean + half_event * half_event);
  return {mean, error, centre - z_95 * error, centre + z_95 * error};
}

struct AdaptiveRule {
  double target = 0;          ///< the error wanted, in the outcome's unit
  std::int64_t budget = 0;    ///< replicates at most
  std::int64_t first = 1024;  ///< replicates before the first look
  double event = 1;           ///< as in precision()

  /// Replicates at the next look, given what `lived` replicates have shown (nothing yet: lived = 0). Equal to `lived`
  /// when the cell is done: precise enough, or at the budget.
  std::int64_t next(std::int64_t lived, double mean = 0, double standard_error = 0) const {
    if (lived <= 0) return std::min(first, budget);
    if (lived >= budget || met(lived, mean, standard_error)) return lived;
    std::int64_t look = first;
    while (look <= lived) look *= 2;
    return std::min(look, budget);
  }
  bool met(std::int64_t lived, double mean, double standard_error) const {
    return lived >= 2 && precision(lived, mean, standard_error, event).error <= target;
  }
};

}  // namespace sim
