// What is kept of a run: sums over replicates, never means, so that chunks add up. All sums are doubles added in a
// fixed order, block by block of replicates (whole numbers stay exact below 2^53). With weighed arrests every sum is
// weighted (ODD.md, "Estimators").
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "agents/decision.hpp"
#include "agents/stage.hpp"
#include "sim/batch/batch.hpp"

namespace sim {

/// Adds each entry of `from` to that of `to` in its place.
template <class T>
void add_all(std::vector<T>& to, const std::vector<T>& from) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

/// A mean over replicates and its standard error, which is NaN below two replicates.
struct Estimate {
  double mean, standard_error;
};
/// From the sums of x and x^2 over n replicates.
Estimate estimate(std::int64_t n, double sum, double squares);
/// The same with weights, from the sums of w, w x and w x^2.
Estimate estimate(std::int64_t n, const std::array<double, 3>& sums);

/// What is counted for each leader and host, and for each leader and calendar event.
enum class Count : std::uint8_t {
  opportunities,
  go,
  delegate,
  skip,
  visited,  ///< whole visits
  cut_short,
  stays_home,
  withdrawn,
  arrested,
  void_,
  pending,
  arrivals,        ///< visits and arrests
  pi_arrest,       ///< sum over arrivals of the leader's estimate
  p_arrest,        ///< sum over arrivals of the truth
  visits_squared,  ///< sum over replicates of (visited + cut short)^2
  last
};
inline constexpr std::size_t counts = static_cast<std::size_t>(Count::last);

/// What is measured once for each itinerary (leader and replicate).
enum class Measure : std::uint8_t {
  visits,
  member_visits,     ///< under duty
  delegated,         ///< calendar events answered by a delegate
  skipped,           ///< calendar events skipped
  private_refusals,  ///< bilateral ideas answered skip or delegate
  withdrawn,
  stays_home,
  cut_short,
  arrests,  ///< 0 or 1; with weighed arrests the conditional estimate
  hazard,   ///< sum of the chances of arrest met, up to an arrest: same mean as arrests, less noise
  days,
  hours,
  detour_hours,
  diversions,  ///< emergency landings on the way out, in a state with a duty
  value_gained,
  value_forgone,
  last
};
inline constexpr std::size_t measures = static_cast<std::size_t>(Measure::last);
struct MeasureInfo {
  std::string_view name, unit, meaning;
};
const MeasureInfo& info(Measure m);
/// Adds to an itinerary's measures ([measure]) what a decision that counts as one brings.
void add_measures(const agents::Decision& d, double* itinerary);

/// The stocks and flows followed week by week.
struct Series {
  enum class Kind : std::uint8_t { nu, pressure, isolation, budget, visits_so_far } kind;
  std::size_t who = 0;  ///< leader or NGO
};
inline constexpr std::size_t series_bins = 128;
/// Weekly quantiles are those of the first replicates, which settle them to a percent; means are those of all.
inline constexpr std::int64_t quantile_replicates = 4096;

class BlockCounts;
class Decided;

class Tally {
 public:
  /// Without `weeks` nothing is followed week by week, which is faster.
  explicit Tally(const agents::Stage& stage, agents::Manner manner = {}, bool weeks = true);
  void add(const agents::History& history);  ///< one replicate, which the weekly quantiles take in
  /// A block just lived, of `count` replicates.
  void add(const BatchLife& lived, int count, bool with_quantiles);
  Tally& operator+=(const Tally& later);  ///< in the order of the replicates

  std::int64_t replicates() const { return replicates_; }
  std::size_t weeks() const { return weeks_; }
  double at_host(agents::LeaderId l, agents::HostId h, Count c) const;
  double at_event(agents::LeaderId l, std::size_t event, Count c) const;

  Estimate estimate(agents::LeaderId l, Measure m) const;
  Estimate final_nu() const;

  // The sums themselves, for what is added up elsewhere.
  double sum(agents::LeaderId l, Measure m) const { return sum_[l.index * measures + static_cast<std::size_t>(m)]; }
  double sum_of_squares(agents::LeaderId l, Measure m) const {
    return squares_[l.index * measures + static_cast<std::size_t>(m)];
  }
  const std::array<double, 3>& final_nu_sums() const { return final_nu_; }  ///< of w, w x, w x^2
  double weekly_sum(std::size_t series, std::size_t week) const { return weekly_sum_[series * weeks_ + week]; }
  double weekly_visits_sum(agents::LeaderId l, std::size_t week) const {
    return weekly_visits_[l.index * weeks_ + week];
  }

  /// Histogram of a measure over itineraries: bin b holds [b, b + 1) x width; the last bin holds all above.
  /// With weighed arrests an itinerary counts by the weight its target has left at the end.
  static constexpr std::size_t bins = 256;
  double bin_width(Measure m) const;
  double in_bin(agents::LeaderId l, Measure m, std::size_t bin) const;
  static constexpr std::array<Measure, 5> with_histogram = {Measure::visits, Measure::member_visits, Measure::days,
                                                            Measure::hours, Measure::value_gained};

  const std::vector<Series>& series() const { return series_; }
  double weekly_mean(std::size_t series, std::size_t week) const;
  /// The value below which a share q of the replicates lies (interpolated in a histogram of 128 bins, between the
  /// least and the most seen).
  double weekly_quantile(std::size_t series, std::size_t week, double q) const;
  double weekly_visits(agents::LeaderId l, std::size_t week) const;  ///< mean number of visits in this week

 private:
  double& host_cell(agents::LeaderId l, agents::HostId h, Count c);
  double& event_cell(agents::LeaderId l, std::size_t event, Count c);
  double& scratch(agents::LeaderId l, Measure m) {
    return itinerary_[l.index * measures + static_cast<std::size_t>(m)];
  }
  void add_outcomes(const std::uint32_t* outcomes, double* cells);
  void count_decisions(const BatchLife& lived, int count, bool with_quantiles);
  void take_itineraries(const BlockCounts& counted, int r);
  void add_exposed(const Decided& d);
  void add_decision(const agents::Decision& d);
  void end_decisions(double weight, double nu);
  void end_replicate(double weight, double nu);
  void add_weeks(const agents::History& history);
  void add_weeks(const BlockView& lived, int count, bool with_quantiles);
  void add_to_bins(std::size_t series, std::size_t week, const float* x, int count, double weight);
  template <class F>
  void with_axis(const Series& s, F f) const;
  double whole_axis(const Series& s) const;
  double from_bins(const Series& s, double b) const;  ///< the value at a position on the axis of the series' bins

  std::size_t leaders_, hosts_, weeks_;
  agents::Manner manner_;
  bool follow_weeks_;
  std::size_t most_events_ = 0;
  double most_budget_;  ///< B_max
  std::int64_t replicates_ = 0;
  std::vector<double> host_, event_;                     ///< [leader][host or event][count]
  std::vector<double> sum_, squares_;                    ///< [leader][measure]
  std::array<double, 3> final_nu_{};                     ///< sums of w, w x, w x^2
  std::vector<double> histogram_;                        ///< [leader][with_histogram][bin]
  std::array<double, with_histogram.size()> per_bin_{};  ///< 1 / bin_width
  std::vector<Series> series_;
  std::vector<double> weekly_sum_, weekly_weight_, weekly_bins_;  ///< [series][week], [week], [series][week][bin]
  std::vector<float> weekly_least_, weekly_most_;                 ///< [series][week]
  std::vector<double> weekly_visits_;                             ///< [leader][week]

  // One replicate's own figures.
  std::vector<float> visits_in_week_;           ///< [leader][week], unweighted
  std::vector<float> visits_of_block_;          ///< [leader][week][replicate], if the quantiles are wanted
  std::vector<double> visits_here_;             ///< [leader][host], weighted
  std::vector<std::size_t> visited_;            ///< rows of visits_here_ in use
  std::vector<double> itinerary_, unweighted_;  ///< [leader][measure]
};

}  // namespace sim
