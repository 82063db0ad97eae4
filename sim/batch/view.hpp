// What the kernel sees: the stage and a block of replicates as plain arrays. No container and no inline code of other
// rooms may reach the files compiled for one instruction set (the linker might keep their copy), so everything here is
// a pointer or a number. Filled by sim/batch/batch.cpp. Layout: [a][b] is a * (number of b) + b, the last index runs
// fastest.
#pragma once
#include <cstdint>

#include "agents/coefficients.hpp"
#include "agents/decision.hpp"

namespace sim {

/// Replicates that live through the same week together.
inline constexpr int block_replicates = 64;

/// What a replicate knows of a host, and of a leader's tie to it, lies together: a record of 8 words, half a cache
/// line. The pointers to their fields point into the first record; the next is 8 further.
inline constexpr int record_words = 8;

/// An alias table (agents/arithmetic.hpp) as columns; null: no thing has any weight.
struct AliasView {
  const std::int32_t* keep = nullptr;  ///< words; where the table keeps a slot whole, other = own
  const std::int32_t* own = nullptr;
  const std::int32_t* other = nullptr;
};

struct PoissonView {
  const std::uint32_t* below = nullptr;
  int size = 0;
};

/// What a leader and the hosts are to each other in a period, by host.
struct LeaderView {
  float lam = 0;
  const float *duty, *fixed, *alliance, *hours, *detour_hours, *exposure, *p_divert,
      *route;  ///< route: 1 if there is one
  AliasView bilateral;
  AliasView second_stop;                        ///< [first host][slot], all tables in a row
  const std::int32_t* second_exists = nullptr;  ///< [first host]: 0 or 1
  const std::int32_t *over_start, *over_host;   ///< [host + 1], rows of over_host and over_hours
  const double* over_hours;
};

struct PeriodView {
  const LeaderView* leaders;
  const float *civil_society, *suit_rate, *has_duty;  ///< by host
  float hosts_with_duty;
};

struct EventView {
  int host, opened, start;
  std::uint32_t place;
  float V, Z, days, bound, cover;
};

/// A change of a stock or a government (agents::Shock), resolved.
struct ShockView {
  enum Target { nu, budget, delta, government } target;
  enum Op { set, add, multiply } op;
  float value;
  int leader, host, ngo;
};

struct StageView {
  int weeks = 0, hosts = 0, leaders = 0, ngos = 0, regions = 0;
  agents::Coefficients k;
  float initial_nu = 0;
  const float* Lambda = nullptr;                                      ///< [leader]
  const PeriodView* period = nullptr;                                 ///< [week]
  const std::int32_t* new_period = nullptr;                           ///< [week]: 1 where a period begins
  const std::int32_t* region_of = nullptr;                            ///< [host]
  const std::int32_t *host_place = nullptr, *region_place = nullptr;  ///< ids, as bits
  const std::uint32_t* leader_address = nullptr;
  const EventView* events = nullptr;  ///< all leaders' calendars in a row
  const int* first_event = nullptr;   ///< [leader + 1]
  const int* open_events = nullptr;   ///< rows of events open in a week, rank order: [open_start[leader][week] ..)
  const int* open_start = nullptr;    ///< [leader * (weeks + 1) + week]
  const ShockView* shocks = nullptr;
  const int* first_shock = nullptr;                           ///< [week + 1]
  const float* reach = nullptr;                               ///< [ngo][host]
  const float *B0 = nullptr, *y = nullptr, *omega = nullptr;  ///< [ngo]
  const float *delta_left = nullptr, *p_left = nullptr, *F_left = nullptr, *K_left = nullptr, *nu_left = nullptr,
              *B_left = nullptr, *m_left = nullptr, *share_left = nullptr, *ease_left = nullptr;
  PoissonView extra_lead_weeks{}, extra_days{};
};

/// A stock of every replicate (agents::Life::Stock): value at the end of week `since`.
struct StockView {
  float* value;
  std::int32_t* since;
};

/// The state of a block; R = block_replicates runs fastest, inside records only their fields do.
struct BlockView {
  std::uint64_t seed;
  std::uint32_t first_replicate;
  int count;                                  ///< replicates in use, at most R
  int weighed;                                ///< leader whose arrests are weighed; -1: none
  StockView norm, total_pressure, surplus;    ///< [r]
  StockView pressure, findings;               ///< [host][r]
  float* resolve;                             ///< [host][r]
  std::int32_t* drawn;                        ///< [host][r]: is resolve known?
  std::int32_t* changed;                      ///< [host]: week of the last change of government; -1: none
  StockView delta, cooldown;                  ///< [leader][host][r]
  float *m, *learned;                         ///< [leader][host][r]
  std::int32_t* believed_since;               ///< [leader][host][r]
  StockView regional;                         ///< [leader][region][r]
  StockView ease;                             ///< [leader][r]
  std::int32_t* free;                         ///< [leader][r]
  double* weight;                             ///< [leader][r]
  float* gain;                                ///< [ngo][r]
  std::int32_t* gain_since;                   ///< [r]
  std::int32_t *pressured, *pressured_count;  ///< [k][r], [r]

  // Places: the events of all leaders, then a bilateral and a second-stop place for each leader.
  std::int32_t *active, *order, *row, *fate,
      *extra;                         ///< [place][r]; fate: 0 none, else 1 + Outcome; extra: finding, diversion
  float *suit, *pi_refuse, *pi_look;  ///< [place][r]
  std::int32_t *host, *departs;       ///< [place][r]
  float *V, *Z, *lead, *days;         ///< [place][r]
  std::int32_t* diverted_to;          ///< [place][r]: host; -1: none
  float* pi_diverted;                 ///< [place][r]

  // This week's campaigns: a slot for each place that may be contested.
  float* shares;          ///< [slot][ngo][r]
  float *totals, *spent;  ///< [ngo][r]
  float* effort;          ///< [slot][r]
  std::int32_t* at_host;  ///< [slot][r]: host; -1: not contested, or felt with an earlier trip to the same host
  int *slot_of, *slot_place, *slot_leader;  ///< [place], [slot], [slot]

  agents::Decision* decisions;  ///< [r][most_decisions]
  std::int32_t* decided;        ///< [r]
  int most_decisions;
  float *nu, *mean_pressure;  ///< [week][r]
  float *isolation, *budget;  ///< [leader or ngo][week][r]
  double* week_weight;        ///< [week][r]
};

/// Lives the block from the first week to the last. One for each instruction set and width.
using LiveBlock = void (*)(const StageView&, const BlockView&);

}  // namespace sim
