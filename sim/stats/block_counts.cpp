#include "sim/stats/block_counts.hpp"

#include <algorithm>
#include <utility>

#include "sim/batch/decided.hpp"

namespace sim {
namespace {

using agents::Answer;
using agents::Outcome;
using Pair = BlockCounts::Pair;

/// What a decision adds, by its kind (Decided::kind).
struct Adds {
  BlockCounts::Whole whole{};
  float forgone = 0;  ///< of its value
  std::size_t arrival = 0;
};

const std::array<Adds, Decided::kinds> adds_of = [] {
  std::array<Adds, Decided::kinds> all{};
  for (std::size_t kind = 0; kind < all.size(); ++kind) {
    std::int32_t where = kind & decided::of_event ? -1 << 16 : 0, when = 0, out = static_cast<std::int32_t>(kind);
    float nothing = 0;
    const Decided told({&where, &when, &out, &nothing, &nothing, nullptr, nullptr}, 0);
    if (static_cast<std::size_t>(told.outcome()) >= agents::outcome_names.size()) continue;
    Adds& adds = all[kind];
    agents::Decision d;
    d.outcome = told.outcome();
    d.answer = d.outcome == Outcome::skip       ? Answer::skip
               : d.outcome == Outcome::delegate ? Answer::delegate
                                                : Answer::go;
    d.duty = told.duty();
    d.event = static_cast<std::int16_t>(told.event());
    d.V = 1;
    double brings[measures] = {};
    add_measures(d, brings);
    for (std::size_t i = 0; i < BlockCounts::whole_measures.size(); ++i)
      adds.whole[i] = static_cast<std::uint16_t>(brings[static_cast<std::size_t>(BlockCounts::whole_measures[i])]);
    adds.forgone = static_cast<float>(brings[static_cast<std::size_t>(Measure::value_forgone)]);
    adds.arrival = agents::is_arrival(d.outcome);
  }
  return all;
}();

}  // namespace

const std::uint32_t* BlockCounts::outcomes(std::size_t leader, int occasion) const {
  const auto row = static_cast<std::ptrdiff_t>(leader * occasions_ + most_events_) + occasion;
  return &outcomes_[static_cast<std::size_t>(row) * most_outcomes];
}

/// Nothing counted yet.
void BlockCounts::begin(const BlockView& block, const StageView& stage, bool with_visits) {
  const auto leaders = static_cast<std::size_t>(stage.leaders), hosts = static_cast<std::size_t>(stage.hosts),
             weeks = static_cast<std::size_t>(stage.weeks);
  most_events_ = 0;
  for (std::size_t l = 0; l < leaders; ++l)
    most_events_ = std::max(most_events_, static_cast<std::size_t>(stage.first_event[l + 1] - stage.first_event[l]));
  occasions_ = most_events_ + hosts;
  outcomes_.assign(leaders * occasions_ * most_outcomes, 0);
  squared_.assign(leaders * hosts, 0);
  twice_here_.assign(leaders * hosts * R, 0);
  visits_of_week_.assign(leaders * weeks, 0);
  itineraries_.assign(leaders * R, Itinerary{});
  if (with_visits) visits_.assign(leaders * weeks * R, 0.0f);
  exposed_as_made_.resize(std::max(exposed_as_made_.size(), static_cast<std::size_t>(*block.made) + 1));
  hours_.resize(leaders * weeks);
  for (std::size_t l = 0; l < leaders; ++l)
    for (std::size_t t = 0; t < weeks; ++t) hours_[l * weeks + t] = stage.period[t].leaders[l].hours;
}

/// Decisions are read as they lie, week by week. The loop over them does not branch on what was drawn, and sets
/// arrivals aside, about which there is more to count.
template <bool several, bool with_visits>
void BlockCounts::count(const BatchLife& lived) {
  const BlockView& block = lived.block();
  const StageView& stage = lived.stage_view();
  begin(block, stage, with_visits);
  const auto hosts = static_cast<std::size_t>(stage.hosts), weeks = static_cast<std::size_t>(stage.weeks);

  // Pointers of its own spare the loops from looking them up again after each store.
  std::uint32_t* const outcomes = &outcomes_[most_events_ * most_outcomes];
  std::uint64_t* const squared = squared_.data();
  std::uint32_t* const visits_of_week = visits_of_week_.data();
  std::uint16_t* const twice_here = twice_here_.data();
  [[maybe_unused]] float* const visits = visits_.data();
  const float* const* const hours = hours_.data();
  Itinerary* const itineraries = itineraries_.data();
  const auto occasions = static_cast<std::ptrdiff_t>(occasions_);

  const DecisionColumns decisions = block.decisions;
  std::int32_t* exposed = exposed_as_made_.data();
  constexpr int at_a_time = 256;  // stay in a near cache
  std::array<std::int32_t, at_a_time + 1> arrivals;
  for (int begin = 0; begin < *block.made; begin += at_a_time) {
    std::int32_t* arrival = arrivals.data();
    const int end = std::min(begin + at_a_time, *block.made);
    for (int row = begin; row < end; ++row) {
      const Decided d(decisions, row);
      const int l = several ? d.leader() : 0;
      const std::ptrdiff_t occasion = l * occasions + d.occasion();
      ++outcomes[occasion * std::ptrdiff_t{most_outcomes} + static_cast<std::ptrdiff_t>(d.outcome())];
      const Adds& adds = adds_of[d.kind()];
      Itinerary& own = itineraries[static_cast<std::size_t>(l) * R + static_cast<std::size_t>(d.replicate())];
      own.whole += adds.whole;
      own.forgone += d.V() * adds.forgone;
      *arrival = row;
      arrival += adds.arrival;
    }
    const std::int32_t* const arrivals_end = std::exchange(arrival, arrivals.data());
    for (; arrival != arrivals_end; ++arrival) {
      const Decided d(decisions, *arrival);
      const auto l = several ? static_cast<std::size_t>(d.leader()) : 0, r = static_cast<std::size_t>(d.replicate()),
                 week = l * weeks + static_cast<std::size_t>(d.week_out());
      Itinerary& own = itineraries[l * R + r];
      const float* const flight = hours[week] + flown::words * d.host();
      own.hours += Pair{flight[flown::hours], flight[flown::detour]};
      *exposed = *arrival;
      exposed += d.has_chances();
      Pair stayed{d.V(), d.planned_days()};
      static_assert(share_stayed(Outcome::visited) == 1);
      if (d.outcome() != Outcome::visited) [[unlikely]] {
        if (d.outcome() == Outcome::arrested) continue;
        stayed *= share_stayed(Outcome::cut_short);
      }
      own.stayed += stayed;
      ++visits_of_week[week];
      if constexpr (with_visits) ++visits[week * R + r];
      const std::size_t host = l * hosts + static_cast<std::size_t>(d.host());
      std::uint16_t& twice = twice_here[host * R + r];
      squared[host] += 1u + twice;  // (n + 1)^2 = n^2 + 2 n + 1
      twice += 2;
    }
  }
  const std::int32_t* const as_made = exposed_as_made_.data();
  exposed_.sort(decisions, static_cast<int>(exposed - as_made), [as_made](int i) { return as_made[i]; });
}

void BlockCounts::count(const BatchLife& lived, bool with_visits) {
  if (lived.stage_view().leaders > 1) return with_visits ? count<true, true>(lived) : count<true, false>(lived);
  return with_visits ? count<false, true>(lived) : count<false, false>(lived);
}

}  // namespace sim
