#include "sim/stats/tally.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "sim/batch/decided.hpp"
#include "sim/stats/block_counts.hpp"

namespace sim {
namespace {

using agents::Answer;
using agents::Decision;
using agents::HostId;
using agents::LeaderId;
using agents::Outcome;

constexpr MeasureInfo measure_info[measures] = {
    {"visits", "1", "visits made, those cut short included"},
    {"member_visits", "1", "visits to hosts with a duty to arrest"},
    {"delegated", "1", "calendar events to which a delegate went, or a video link"},
    {"skipped", "1", "calendar events skipped"},
    {"private_refusals", "1", "bilateral ideas the leader answered with a delegate or not at all"},
    {"withdrawn", "1", "invitations withdrawn by the host"},
    {"stays_home", "1", "announced trips on which the leader stayed home"},
    {"cut_short", "1", "visits cut short under a court order"},
    {"arrests", "1", "arrests (0 or 1 an itinerary; with weighed arrests the conditional estimate)"},
    {"hazard", "1", "sum of the chances of arrest met, up to an arrest: the mean of arrests with less noise"},
    {"days", "d", "days abroad"},
    {"hours", "h", "hours flown, one way counted"},
    {"detour_hours", "h", "hours flown beyond the direct route"},
    {"diversions", "1", "emergency landings on the way out, in a state with a duty to arrest"},
    {"value_gained", "1", "value of the visits made (half of those cut short)"},
    {"value_forgone", "1", "value of the occasions not visited"},
};

Count count_of(Outcome o) {
  switch (o) {
    case Outcome::visited:
      return Count::visited;
    case Outcome::cut_short:
      return Count::cut_short;
    case Outcome::stays_home:
      return Count::stays_home;
    case Outcome::withdrawn:
      return Count::withdrawn;
    case Outcome::arrested:
      return Count::arrested;
    case Outcome::skip:
      return Count::skip;
    case Outcome::delegate:
      return Count::delegate;
    case Outcome::void_:
      return Count::void_;
    case Outcome::pending:
      return Count::pending;
  }
  throw std::logic_error("unknown outcome");
}

}  // namespace

const MeasureInfo& info(Measure m) { return measure_info[static_cast<std::size_t>(m)]; }

void add_measures(const Decision& d, double* itinerary) {
  const auto measure = [itinerary](Measure m) -> double& { return itinerary[static_cast<std::size_t>(m)]; };
  const bool event = d.event >= 0;
  if (agents::is_arrival(d.outcome)) {
    measure(Measure::hazard) += d.hazard;
    measure(Measure::hours) += d.hours;
    measure(Measure::detour_hours) += d.detour_hours;
    measure(Measure::diversions) += d.diverted_to >= 0;
  }
  if (!agents::is_visit(d.outcome)) {
    measure(Measure::value_forgone) += d.V;
    if (d.outcome == Outcome::arrested) ++measure(Measure::arrests);
    if (d.outcome == Outcome::withdrawn) ++measure(Measure::withdrawn);
    if (d.outcome == Outcome::stays_home) ++measure(Measure::stays_home);
    if (d.answer != Answer::go && !event) ++measure(Measure::private_refusals);
    if (d.answer == Answer::delegate && event) ++measure(Measure::delegated);
    if (d.answer == Answer::skip && event) ++measure(Measure::skipped);
    return;
  }
  const bool cut = d.outcome == Outcome::cut_short;
  ++measure(Measure::visits);
  measure(Measure::member_visits) += d.duty;
  measure(Measure::cut_short) += cut;
  measure(Measure::days) += d.days;
  measure(Measure::value_gained) += cut ? d.V / 2 : d.V;
}

Tally::Tally(const agents::Stage& stage, agents::Manner manner, bool weeks)
    : leaders_(stage.leaders),
      hosts_(stage.hosts),
      weeks_(static_cast<std::size_t>(stage.weeks())),
      manner_(manner),
      follow_weeks_(weeks),
      most_budget_(stage.world.parameters.B_max) {
  for (const agents::Calendar& c : stage.calendars) most_events_ = std::max(most_events_, c.trips.size());
  host_.resize(leaders_ * hosts_ * counts);
  event_.resize(leaders_ * most_events_ * counts);
  sum_.resize(leaders_ * measures);
  squares_.resize(leaders_ * measures);
  histogram_.resize(leaders_ * with_histogram.size() * bins);
  series_.push_back({Series::Kind::nu});
  series_.push_back({Series::Kind::pressure});
  for (std::size_t l = 0; l < leaders_; ++l) series_.push_back({Series::Kind::isolation, l});
  for (std::size_t n = 0; n < stage.ngos; ++n) series_.push_back({Series::Kind::budget, n});
  for (std::size_t l = 0; l < leaders_; ++l) series_.push_back({Series::Kind::visits_so_far, l});
  weekly_sum_.resize(series_.size() * weeks_);
  weekly_weight_.resize(weeks_);
  weekly_visits_.resize(leaders_ * weeks_);
  visits_in_week_.resize(leaders_ * weeks_);
  visits_here_.resize(leaders_ * hosts_);
  itinerary_.resize(leaders_ * measures);
  unweighted_.resize(leaders_ * measures);
  for (std::size_t i = 0; i < with_histogram.size(); ++i) per_bin_[i] = 1 / bin_width(with_histogram[i]);
}

void Tally::add(const agents::History& history) {
  for (const Decision& d : history.decisions) add_decision(d);
  end_decisions(history.weight.back(), history.nu.back());
  add_weeks(history);
}

void Tally::add(const BatchLife& lived, int count, bool with_quantiles) {
  if (!manner_.weighed) {
    count_decisions(lived, count, with_quantiles && follow_weeks_);
    if (follow_weeks_) add_weeks(lived.block(), count, with_quantiles);
    return;
  }
  const BlockView& block = lived.block();
  agents::History history;
  for (int r = 0; r < count; ++r) {
    if (follow_weeks_) {
      lived.tell(r, history);
      add(history);
      continue;
    }
    for (const int row : lived.rows(r)) add_decision(lived.decision(row));
    const std::size_t last = (weeks_ - 1) * block_replicates + static_cast<std::size_t>(r);
    end_decisions(block.week_weight[last], block.rows[last]);
  }
}

/// Adds to the counts of a host or an event how often each outcome came about.
void Tally::add_outcomes(const std::uint32_t* outcomes, double* cells) {
  const auto cell = [cells](Count c) -> double& { return cells[static_cast<std::size_t>(c)]; };
  for (std::size_t i = 0; i < agents::outcome_names.size(); ++i) {
    const auto o = static_cast<Outcome>(i);
    const double n = outcomes[i];
    cell(Count::opportunities) += n;
    cell(count_of(o)) += n;
    if (o != Outcome::skip && o != Outcome::delegate) cell(Count::go) += n;
    if (agents::is_arrival(o)) cell(Count::arrivals) += n;
  }
}

namespace {

LeaderId id(std::size_t leader) { return {static_cast<std::uint16_t>(leader)}; }

}  // namespace

/// Where every decision counts as one: what add_decision would add, less the zeros.
void Tally::count_decisions(const BatchLife& lived, int count, bool with_quantiles) {
  static thread_local BlockCounts counted;  // its room is used again for each block
  counted.count(lived, with_quantiles);
  const float* nu = &lived.block().rows[(weeks_ - 1) * block_replicates];
  for (int r = 0; r < count; ++r) {
    take_itineraries(counted, r);
    for (const int row : counted.exposed(r)) add_exposed(Decided(lived.block().decisions, row));
    end_replicate(1, nu[r]);
  }

  const StageView& stage = lived.stage_view();
  for (std::size_t l = 0; l < leaders_; ++l) {
    const EventView* const events = stage.events + stage.first_event[l];
    for (int e = 0; e < stage.first_event[l + 1] - stage.first_event[l]; ++e) {
      const std::uint32_t* const outcomes = counted.outcomes(l, ~e);
      add_outcomes(outcomes, &event_cell(id(l), static_cast<std::size_t>(e), Count{}));
      add_outcomes(outcomes, &host_cell(id(l), {static_cast<std::uint16_t>(events[e].host)}, Count{}));
    }
    for (std::size_t h = 0; h < hosts_; ++h) {
      const HostId host{static_cast<std::uint16_t>(h)};
      add_outcomes(counted.outcomes(l, static_cast<int>(h)), &host_cell(id(l), host, Count{}));
      host_cell(id(l), host, Count::visits_squared) += static_cast<double>(counted.visits_squared()[l * hosts_ + h]);
    }
  }
  for (std::size_t i = 0; i < visits_in_week_.size(); ++i) {
    visits_in_week_[i] = static_cast<float>(counted.visits_of_week()[i]);
    weekly_visits_[i] += counted.visits_of_week()[i];
  }
  if (with_quantiles) visits_of_block_.swap(counted.visits());
}

/// Makes what was counted of replicate r its own figures.
void Tally::take_itineraries(const BlockCounts& counted, int r) {
  for (std::size_t l = 0; l < leaders_; ++l) {
    const auto put = [this, l](Measure m, double x) { scratch(id(l), m) = x; };
    const BlockCounts::Itinerary& own = counted.itinerary(l, r);
    for (std::size_t i = 0; i < BlockCounts::whole_measures.size(); ++i)
      put(BlockCounts::whole_measures[i], own.whole[i]);
    put(Measure::hours, own.hours[0]);
    put(Measure::detour_hours, own.hours[1]);
    put(Measure::value_gained, own.stayed[0]);
    put(Measure::days, own.stayed[1]);
    put(Measure::value_forgone, own.forgone);
    for (const Measure m : {Measure::hazard, Measure::arrests, Measure::diversions}) put(m, 0);
  }
}

/// What there is to add about an arrival where somebody could have made an arrest.
void Tally::add_exposed(const Decided& d) {
  const LeaderId l = id(static_cast<std::size_t>(d.leader()));
  const auto tell = [&d](double* cells) {
    cells[static_cast<std::size_t>(Count::pi_arrest)] += d.pi_arrest();
    cells[static_cast<std::size_t>(Count::p_arrest)] += d.p_arrest();
  };
  tell(&host_cell(l, {static_cast<std::uint16_t>(d.host())}, Count{}));
  if (d.event() >= 0) tell(&event_cell(l, static_cast<std::size_t>(d.event()), Count{}));
  scratch(l, Measure::hazard) += d.hazard();
  scratch(l, Measure::arrests) += d.outcome() == Outcome::arrested;
  scratch(l, Measure::diversions) += d.diverted_to() >= 0;
}

void Tally::add_decision(const Decision& d) {
  const bool weighed = manner_.weighed == d.leader;
  const double taken = weighed ? static_cast<double>(d.hazard) : d.outcome == Outcome::arrested ? 1.0 : 0.0;
  const bool arrival = agents::is_arrival(d.outcome), visit = agents::is_visit(d.outcome);
  const double safe = d.weight_out * (1 - taken);
  const auto tell = [&](auto&& cell) {
    cell(Count::opportunities) += d.weight;
    if (d.answer == Answer::go) cell(Count::go) += d.weight;
    if (visit) cell(count_of(d.outcome)) += safe;
    if (!arrival) cell(count_of(d.outcome)) += d.weight_out;
    if (!arrival) return;
    cell(Count::arrested) += d.weight_out * taken;
    cell(Count::arrivals) += d.weight_out;
    cell(Count::pi_arrest) += d.weight_out * d.pi_arrest;
    cell(Count::p_arrest) += d.weight_out * d.p_arrest;
  };
  tell([&](Count c) -> double& { return host_cell(d.leader, d.host, c); });
  if (d.event >= 0)
    tell([&](Count c) -> double& { return event_cell(d.leader, static_cast<std::size_t>(d.event), c); });

  const auto also = [&](Measure m, double weight, double x) {
    scratch(d.leader, m) += weight * x;
    unweighted_[d.leader.index * measures + static_cast<std::size_t>(m)] += x;
  };
  if (d.answer == Answer::delegate && d.event >= 0) also(Measure::delegated, d.weight, 1);
  if (d.answer == Answer::skip && d.event >= 0) also(Measure::skipped, d.weight, 1);
  if (d.answer != Answer::go && d.event < 0) also(Measure::private_refusals, d.weight, 1);
  if (d.outcome == Outcome::withdrawn) also(Measure::withdrawn, d.weight_out, 1);
  if (d.outcome == Outcome::stays_home) also(Measure::stays_home, d.weight_out, 1);
  if (arrival) {
    also(Measure::arrests, d.weight_out * taken, 1);
    also(Measure::hazard, d.weight_out * d.hazard, 1);
    also(Measure::hours, d.weight_out, d.hours);
    also(Measure::detour_hours, d.weight_out, d.detour_hours);
    if (d.diverted_to >= 0) also(Measure::diversions, d.weight_out, 1);
  }
  if (!visit) {
    also(Measure::value_forgone, d.weight_out, d.V);
    return;
  }
  const bool cut = d.outcome == Outcome::cut_short;
  also(Measure::visits, safe, 1);
  if (d.duty) also(Measure::member_visits, safe, 1);
  if (cut) also(Measure::cut_short, safe, 1);
  also(Measure::days, safe, d.days);
  also(Measure::value_gained, safe, cut ? d.V / 2 : d.V);
  also(Measure::value_forgone, d.weight_out * taken, d.V);
  const std::size_t week = d.leader.index * weeks_ + static_cast<std::size_t>(d.week_out);
  visits_in_week_[week] += 1;
  weekly_visits_[week] += safe;
  const std::size_t row = d.leader.index * hosts_ + d.host.index;
  if (visits_here_[row] == 0) visited_.push_back(row);
  visits_here_[row] += safe;
}

/// Of a replicate whose decisions were added one by one.
void Tally::end_decisions(double weight, double nu) {
  for (const std::size_t row : visited_) {
    host_[row * counts + static_cast<std::size_t>(Count::visits_squared)] += visits_here_[row] * visits_here_[row];
    visits_here_[row] = 0;
  }
  visited_.clear();
  end_replicate(weight, nu);
  std::fill(itinerary_.begin(), itinerary_.end(), 0.0);
  std::fill(unweighted_.begin(), unweighted_.end(), 0.0);
}

void Tally::end_replicate(double weight, double nu) {
  ++replicates_;
  add_all(sum_, itinerary_);
  std::transform(squares_.begin(), squares_.end(), itinerary_.begin(), squares_.begin(),
                 [](double sum, double x) { return sum + x * x; });
  const double* unweighted = manner_.weighed ? unweighted_.data() : itinerary_.data();
  double* histogram = histogram_.data();
  for (std::size_t l = 0; l < leaders_; ++l, unweighted += measures)
    for (std::size_t i = 0; i < with_histogram.size(); ++i, histogram += bins) {
      const auto bin = static_cast<std::int64_t>(unweighted[static_cast<std::size_t>(with_histogram[i])] * per_bin_[i]);
      histogram[std::min<std::int64_t>(bins - 1, bin)] += weight;
    }
  final_nu_[0] += weight;
  final_nu_[1] += weight * nu;
  final_nu_[2] += weight * nu * nu;
}

void Tally::add_weeks(const agents::History& history) {
  for (std::size_t l = 0; l < leaders_; ++l)  // visits in the week become visits so far
    for (std::size_t t = 1; t < weeks_; ++t) visits_in_week_[l * weeks_ + t] += visits_in_week_[l * weeks_ + t - 1];
  for (std::size_t t = 0; t < weeks_; ++t) weekly_weight_[t] += history.weight[t];
  for (std::size_t s = 0; s < series_.size(); ++s) {
    const float* values = nullptr;
    switch (series_[s].kind) {
      case Series::Kind::nu:
        values = history.nu.data();
        break;
      case Series::Kind::pressure:
        values = history.pressure.data();
        break;
      case Series::Kind::isolation:
        values = &history.isolation[series_[s].who * weeks_];
        break;
      case Series::Kind::budget:
        values = &history.budget[series_[s].who * weeks_];
        break;
      case Series::Kind::visits_so_far:
        values = &visits_in_week_[series_[s].who * weeks_];
        break;
    }
    for (std::size_t t = 0; t < weeks_; ++t) {
      weekly_sum_[s * weeks_ + t] += history.weight[t] * values[t];
      add_to_bins(s, t, values + t, 1, history.weight[t]);
    }
  }
  std::fill(visits_in_week_.begin(), visits_in_week_.end(), 0.0f);
}

void Tally::add_weeks(const BlockView& lived, int count, bool with_quantiles) {
  constexpr std::size_t R = block_replicates, parts = R / summed_replicates;
  for (std::size_t t = 0; t < weeks_; ++t) weekly_weight_[t] += count;
  for (std::size_t s = 0; s < series_.size(); ++s) {
    const bool visits = series_[s].kind == Series::Kind::visits_so_far;
    const std::size_t who = series_[s].who * weeks_;
    double so_far = 0;
    for (std::size_t t = 0; t < weeks_; ++t) {
      double& sum = weekly_sum_[s * weeks_ + t];
      if (visits)
        sum += so_far += visits_in_week_[who + t];
      else
        sum = std::accumulate(lived.sums + (s * weeks_ + t) * parts, lived.sums + (s * weeks_ + t + 1) * parts, sum);
    }
    if (!with_quantiles) continue;
    float* own = visits ? &visits_of_block_[who * R] : nullptr;
    for (std::size_t i = R; visits && i < weeks_ * R; ++i) own[i] += own[i - R];
    const float* rows = visits ? own : lived.rows + s * weeks_ * R;
    for (std::size_t t = 0; t < weeks_; ++t) add_to_bins(s, t, rows + t * R, count, 1);
  }
  std::fill(visits_in_week_.begin(), visits_in_week_.end(), 0.0f);
}

/// Calls f with the position of a value on the axis of the series' bins, as a function. Pressure is small in most
/// weeks: its bins are evenly spaced in the square root.
template <class F>
void Tally::with_axis(const Series& s, F f) const {
  constexpr double n = series_bins;
  if (s.kind == Series::Kind::pressure) return f([](float x) { return std::sqrt(double{x}) * n; });
  const double unit = whole_axis(s);
  int exponent;
  if (std::frexp(unit, &exponent) == 0.5)  // a product with a power of two is exact in any precision
    return f([per_unit = static_cast<float>(n / unit)](float x) { return x * per_unit; });
  f([unit](float x) { return x / unit * n; });
}

void Tally::add_to_bins(std::size_t series, std::size_t week, const float* x, int count, double weight) {
  if (weekly_bins_.empty()) {
    const std::size_t cells = series_.size() * weeks_;
    weekly_bins_.resize(cells * series_bins);
    weekly_least_.assign(cells, std::numeric_limits<float>::infinity());
    weekly_most_.assign(cells, -std::numeric_limits<float>::infinity());
  }
  const std::size_t cell = series * weeks_ + week;
  double* bins = &weekly_bins_[cell * series_bins];
  const auto bin_at = []<class T>(T b) {
    constexpr T last = series_bins - 1;
    b = b > 0 ? b : 0;  // so put, the compiler takes several at once
    return static_cast<std::int32_t>(b < last ? b : last);
  };
  if (count == 1) {
    weekly_least_[cell] = std::min(weekly_least_[cell], *x);
    weekly_most_[cell] = std::max(weekly_most_[cell], *x);
    with_axis(series_[series], [=](auto to_bins) { bins[bin_at(to_bins(*x))] += weight; });
    return;
  }
  const auto n = static_cast<std::size_t>(count);
  std::array<std::int32_t, block_replicates> bin;
  with_axis(series_[series], [=, to = bin.data()](auto to_bins) {
    for (std::size_t i = 0; i < n; ++i) to[i] = bin_at(to_bins(x[i]));
  });
  constexpr std::size_t ways = 4;  // values next to each other often fall into one bin, and would wait for each other
  std::array<std::array<std::int32_t, series_bins>, ways> seen{};
  using Four [[gnu::vector_size(16)]] = float;
  Four least = Four{} + weekly_least_[cell], most = Four{} + weekly_most_[cell];
  std::size_t i = 0;
  for (; i + ways <= n; i += ways) {
    const Four four{x[i], x[i + 1], x[i + 2], x[i + 3]};
    least = four < least ? four : least;
    most = four > most ? four : most;
    for (std::size_t way = 0; way < ways; ++way) ++seen[way][static_cast<std::size_t>(bin[i + way])];
  }
  for (; i < n; ++i) {
    least[0] = std::min(least[0], x[i]);
    most[0] = std::max(most[0], x[i]);
    ++seen[0][static_cast<std::size_t>(bin[i])];
  }
  weekly_least_[cell] = std::min({least[0], least[1], least[2], least[3]});
  weekly_most_[cell] = std::max({most[0], most[1], most[2], most[3]});
  for (std::size_t b = 0; b < series_bins; ++b) bins[b] += weight * (seen[0][b] + seen[1][b] + seen[2][b] + seen[3][b]);
}

Tally& Tally::operator+=(const Tally& later) {
  replicates_ += later.replicates_;
  add_all(host_, later.host_);
  add_all(event_, later.event_);
  add_all(sum_, later.sum_);
  add_all(squares_, later.squares_);
  for (std::size_t i = 0; i < final_nu_.size(); ++i) final_nu_[i] += later.final_nu_[i];
  add_all(histogram_, later.histogram_);
  add_all(weekly_sum_, later.weekly_sum_);
  add_all(weekly_weight_, later.weekly_weight_);
  if (weekly_bins_.empty()) {
    weekly_bins_ = later.weekly_bins_;
    weekly_least_ = later.weekly_least_;
    weekly_most_ = later.weekly_most_;
  } else if (!later.weekly_bins_.empty()) {
    add_all(weekly_bins_, later.weekly_bins_);
    for (std::size_t i = 0; i < weekly_least_.size(); ++i) {
      weekly_least_[i] = std::min(weekly_least_[i], later.weekly_least_[i]);
      weekly_most_[i] = std::max(weekly_most_[i], later.weekly_most_[i]);
    }
  }
  add_all(weekly_visits_, later.weekly_visits_);
  return *this;
}

double& Tally::host_cell(LeaderId l, HostId h, Count c) {
  return host_[(l.index * hosts_ + h.index) * counts + static_cast<std::size_t>(c)];
}
double& Tally::event_cell(LeaderId l, std::size_t event, Count c) {
  return event_[(l.index * most_events_ + event) * counts + static_cast<std::size_t>(c)];
}
double Tally::at_host(LeaderId l, HostId h, Count c) const {
  return host_[(l.index * hosts_ + h.index) * counts + static_cast<std::size_t>(c)];
}
double Tally::at_event(LeaderId l, std::size_t event, Count c) const {
  return event_[(l.index * most_events_ + event) * counts + static_cast<std::size_t>(c)];
}

Estimate estimate(std::int64_t replicates, double sum, double squares) {
  const auto n = static_cast<double>(replicates);
  const double mean = sum / n;
  if (replicates < 2) return {mean, std::numeric_limits<double>::quiet_NaN()};
  return {mean, std::sqrt(std::max(0.0, squares - n * mean * mean) / (n - 1) / n)};
}

Estimate estimate(std::int64_t replicates, const std::array<double, 3>& sums) {
  const double mean = sums[1] / sums[0];
  if (replicates < 2) return {mean, std::numeric_limits<double>::quiet_NaN()};
  const double variance = std::max(0.0, sums[2] / sums[0] - mean * mean);
  return {mean, std::sqrt(variance / static_cast<double>(replicates - 1))};
}

Estimate Tally::estimate(LeaderId l, Measure m) const {
  const std::size_t i = l.index * measures + static_cast<std::size_t>(m);
  return sim::estimate(replicates_, sum_[i], squares_[i]);
}

Estimate Tally::final_nu() const { return sim::estimate(replicates_, final_nu_); }

double Tally::bin_width(Measure m) const {
  const double years = std::ceil(static_cast<double>(weeks_) / 104) / 2;
  switch (m) {
    case Measure::days:
      return 2 * years;
    case Measure::hours:
      return 4 * years;
    case Measure::value_gained:
      return years;
    default:
      return 1;
  }
}

double Tally::in_bin(LeaderId l, Measure m, std::size_t bin) const {
  const auto at = std::find(with_histogram.begin(), with_histogram.end(), m);
  if (at == with_histogram.end()) throw std::invalid_argument("no histogram of this measure");
  const auto i = static_cast<std::size_t>(at - with_histogram.begin());
  return histogram_[(l.index * with_histogram.size() + i) * bins + bin];
}

/// The value at the end of the axis of the series' bins.
double Tally::whole_axis(const Series& s) const {
  switch (s.kind) {
    case Series::Kind::nu:
      return 2;
    case Series::Kind::pressure:
    case Series::Kind::isolation:
      return 1;
    case Series::Kind::budget:
      return most_budget_;
    case Series::Kind::visits_so_far:
      return static_cast<double>(series_bins * (1 + weeks_ / 130));
  }
  return 1;
}

double Tally::from_bins(const Series& s, double b) const {
  if (s.kind == Series::Kind::visits_so_far) b = std::floor(b);
  const double share = b / static_cast<double>(series_bins);
  return s.kind == Series::Kind::pressure ? share * share : whole_axis(s) * share;
}

double Tally::weekly_mean(std::size_t series, std::size_t week) const {
  return weekly_sum_[series * weeks_ + week] / weekly_weight_[week];
}

double Tally::weekly_quantile(std::size_t series, std::size_t week, double q) const {
  const std::size_t cell = series * weeks_ + week;
  const double* bin = &weekly_bins_[cell * series_bins];
  const double wanted = q * std::accumulate(bin, bin + series_bins, 0.0);
  const double least = weekly_least_[cell], most = weekly_most_[cell];
  double below = 0;
  for (std::size_t b = 0; b < series_bins; ++b) {
    if (below + bin[b] >= wanted && bin[b] > 0) {
      const double inside = std::min((wanted - below) / bin[b], 1 - 1e-9);
      return std::clamp(from_bins(series_[series], static_cast<double>(b) + inside), least, most);
    }
    below += bin[b];
  }
  return most;
}

double Tally::weekly_visits(LeaderId l, std::size_t week) const {
  return weekly_visits_[l.index * weeks_ + week] / static_cast<double>(replicates_);
}

}  // namespace sim
