// How good forecasts were: proper scores, discrimination, calibration, and how far chance could have made a difference.
// Pure functions of probabilities and outcomes. They come after a run and reach no history: libm is allowed here.
// Sources: Brier 1950; Good 1952 (log score); Epstein 1969 (ranked probability); Spiegelhalter 1986 (z);
// Dimitriadis, Gneiting and Jordan 2021 (reliability by isotonic regression); Efron and Tibshirani 1993 (bootstrap).
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace sim {

/// What became of a forecast decision.
struct Outturn {
  bool went = false;
  std::size_t event = 0;  ///< decisions about one event are resampled together
};

/// Chances are kept this far from 0 and 1 in log scores, so that one wrong certainty costs 13.8, not everything.
inline constexpr double least_chance = 1e-6;

/// -ln of the chance given to what happened, in nats: 0 is perfect, ln 2 a coin.
double log_score(double p, bool went);
double log_score(std::span<const double> p, std::size_t happened);
/// Squared error, in [0, 1].
double brier(double p, bool went);
/// Mean squared error of the cumulative chances over the ordered outcomes, in [0, 1]; at least two outcomes.
double ranked_probability(std::span<const double> p, std::size_t happened);

/// Entry at share q of a sample in ascending order, between neighbours linearly; at least one entry.
double sorted_quantile(std::span<const double> sorted, double q);

/// Area under the ROC curve: the chance that a decision to go got a higher p than one not to, ties half. NaN where all
/// went or none.
double auc(std::span<const double> p, std::span<const Outturn> truth);

/// Sum of (y - p)(1 - 2p) over its standard deviation if the p are right: standard normal then. NaN if every p is 0,
/// 1/2 or 1.
double spiegelhalter_z(std::span<const double> p, std::span<const Outturn> truth);

/// Forecasts in order of p, cut into bins of equal size (to one), ties kept in their order.
struct Bin {
  std::size_t n = 0;
  double p = 0;     ///< mean forecast
  double went = 0;  ///< share that went
};
std::vector<Bin> calibration(std::span<const double> p, std::span<const Outturn> truth, std::size_t bins = 5);
/// Mean over forecasts of their bin's |p - went|.
double expected_error(std::span<const Bin> bins);

/// The reliability curve: the share that went as a rising function of p that fits best (pool adjacent violators); one
/// entry for each level.
std::vector<Bin> reliability(std::span<const double> p, std::span<const Outturn> truth);

/// A summary of yes-or-no forecasts.
struct Scores {
  std::size_t n = 0;
  double went = 0;  ///< share
  double log = 0, brier = 0, auc = 0, expected_error = 0, z = 0;
};
Scores scores(std::span<const double> p, std::span<const Outturn> truth);

/// The entries of `from` at `rows`, repeats allowed.
template <class T>
std::vector<T> at_rows(std::span<const T> from, std::span<const std::size_t> rows) {
  std::vector<T> taken;
  taken.reserve(rows.size());
  for (const std::size_t r : rows) taken.push_back(from[r]);
  return taken;
}

struct Interval {
  double low = std::numeric_limits<double>::quiet_NaN(), high = std::numeric_limits<double>::quiet_NaN();
};
struct Bootstrap {
  int draws = 2000;
  double level = 0.95;
  std::uint64_t seed = 1;
};
/// Percentile interval of a statistic of the rows, whole events drawn with replacement. The statistic is given row
/// numbers with repeats; where it is NaN the draw is left out. Two forecasters compared inside one statistic are
/// compared on the same draw: the interval is paired. The same on every machine as far as libm is.
Interval bootstrap(std::span<const Outturn> truth,
                   const std::function<double(std::span<const std::size_t> rows)>& statistic,
                   const Bootstrap& settings = {});

}  // namespace sim
