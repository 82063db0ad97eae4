// What the kernel sees: the stage and a block of replicates as plain arrays. No container and no inline code of other
// rooms may reach the files compiled for one instruction set (the linker might keep their copy), so everything here is
// a pointer or a number. Filled by sim/batch/batch.cpp. Layout: [a][b] is a * (number of b) + b, the last index runs
// fastest.
#pragma once
#include <cstdint>

#include "agents/coefficients.hpp"
#include "sim/rng/keys.hpp"

namespace sim {

/// Replicates that live through the same week together.
inline constexpr int block_replicates = 512;
/// What a list is written beyond its end.
inline constexpr int spare = 32;
/// Those whose weekly values are added up together; a multiple of eight.
inline constexpr int summed_replicates = 64;

/// Some of them, a bit each.
struct Set {
  static constexpr int size = block_replicates / 64;
  std::uint64_t word[size];

  /// The first n replicates.
  [[gnu::always_inline]] static Set first(int n) {
    Set s{};
    for (int i = 0; i < size; ++i, n -= 64)
      s.word[i] = n >= 64 ? ~std::uint64_t{0} : n > 0 ? (std::uint64_t{1} << n) - 1 : 0;
    return s;
  }
  [[gnu::always_inline]] bool has(int r) const { return (word[r / 64] >> r % 64 & 1) != 0; }
  [[gnu::always_inline]] void add(int r) { word[r / 64] |= std::uint64_t{1} << r % 64; }
  [[gnu::always_inline]] void remove(int r) { word[r / 64] &= ~(std::uint64_t{1} << r % 64); }
  /// The bits of at most 32 replicates from r on; they lie in one word.
  [[gnu::always_inline]] std::uint32_t bits(int r) const { return static_cast<std::uint32_t>(word[r / 64] >> r % 64); }
  [[gnu::always_inline]] void put(int r, std::uint32_t bits) { word[r / 64] |= std::uint64_t{bits} << r % 64; }

  [[gnu::always_inline]] friend bool any(const Set& a) {
    std::uint64_t all = 0;
    for (int i = 0; i < size; ++i) all |= a.word[i];
    return all != 0;
  }
  [[gnu::always_inline]] friend int number(const Set& a) {
    int n = 0;
    for (int i = 0; i < size; ++i) n += __builtin_popcountll(a.word[i]);
    return n;
  }
  [[gnu::always_inline]] friend Set operator&(Set a, const Set& b) {
    for (int i = 0; i < size; ++i) a.word[i] &= b.word[i];
    return a;
  }
  [[gnu::always_inline]] friend Set operator|(Set a, const Set& b) {
    for (int i = 0; i < size; ++i) a.word[i] |= b.word[i];
    return a;
  }
  [[gnu::always_inline]] friend Set operator~(Set a) {
    for (int i = 0; i < size; ++i) a.word[i] = ~a.word[i];
    return a;
  }
  [[gnu::always_inline]] Set& operator&=(const Set& b) { return *this = *this & b; }
  [[gnu::always_inline]] Set& operator|=(const Set& b) { return *this = *this | b; }
};

// Records: what is read together lies together, in fours of words, which a lanes type loads and turns by itself.

/// Terms of a host in a period, towards a leader.
namespace terms {
enum { fixed, duty, alliance, region_row, hours, exposure, p_divert, route, suit_rate, civil_society, words = 12 };
}  // namespace terms
/// Hours of the flight to a host, and how many of them beyond the direct route.
namespace flown {
enum { hours, detour, words };
}  // namespace flown
/// What a replicate knows of a host, then what each leader and the host are to each other. Stocks as Decay keeps them.
namespace state {
enum { pressure, findings, resolve, known, tie };      ///< known: bits `drawn`, `pressured`
enum { delta, cooldown, m, learned, words_of_a_tie };  ///< from `tie` on, a leader after the other
inline constexpr std::int32_t drawn = 1, pressured = 2;
inline constexpr int words(int leaders) { return tie + words_of_a_tie * leaders; }
}  // namespace state
/// Where a host's own resolve is drawn: its id as bits, and the week of the last change of government (-1: none).
namespace resolve {
enum { host_place, changed, words = 4 };
}  // namespace resolve
/// What a trip is from the beginning.
namespace trip {
enum { host, address, V, Z, lead, bound, cover, days, words };
}  // namespace trip
/// How it goes: the row of its decision, what this week's suits have, the leader's idea of the chance at stake, and how
/// it ends.
namespace course {
enum { row, suit, pi, fate, words };
/// Of fate, beside 1 + agents::Outcome.
inline constexpr std::int32_t finding = 1 << 8, diverted = 1 << 9, taken_there = 1 << 10;
}  // namespace course
/// Decisions as the kernel writes them, a column each; Decided (decided.hpp) reads them.
struct DecisionColumns {
  std::int32_t *where, *when, *out;
  float *V, *days;
  float* chances;   ///< [row][chances::words], of those flagged decided::has_chances
  double* weights;  ///< [row][2]: of the answer, of the outcome; with weighed arrests only
};
namespace decided {
// where: host, occasion << 16 (the host, or ~event).
// when: week, answer << 10, second_stop << 12, leader << 13, (1 + host of a diversion) << 19.
// out: outcome, flags, week_out << week_at, replicate in the block << replicate_at.
inline constexpr std::int32_t order = 1 << 4, duty = 1 << 5, of_event = 1 << 6, reached = 1 << 7;
inline constexpr std::int32_t has_chances = 1 << 8;  ///< of an arrest: by the host or where the flight was diverted to
inline constexpr int week_at = 9, replicate_at = 19;
static_assert(has_chances == 1 << (week_at - 1) && block_replicates <= 1 << (32 - replicate_at));
}  // namespace decided
namespace chances {
enum { pi_arrest, p_arrest, hazard, words = 4 };
}  // namespace chances

/// A slot of an alias table, as in agents/arithmetic.hpp.
namespace alias {
enum { keep, things, words };
}  // namespace alias

struct PoissonView {
  const std::uint32_t* below = nullptr;
  int size = 0;
};

/// agents::Decay by week: left and grown from -1 on.
struct DecayView {
  const float *left, *grown, *fold;
};

/// What a leader and the hosts are to each other in a period.
struct LeaderView {
  float lam = 0;
  const float* terms = nullptr;                 ///< [host][terms::words]
  const float* hours = nullptr;                 ///< [host][flown::words]
  const std::int32_t* bilateral = nullptr;      ///< [slot][alias::words]; null: no host has any weight
  const std::int32_t* second_stop = nullptr;    ///< [first host][slot][alias::words]; null then too
  const std::int32_t* second_exists = nullptr;  ///< [first host]: 0 or 1
  const std::int32_t *over_start, *over_host;   ///< [host + 1], rows of over_host and over_hours
  const double* over_hours;
};

struct PeriodView {
  const LeaderView* leaders;
  const std::int32_t* has_duty;  ///< by host
  const std::int32_t* moved;     ///< by host: otherwise than in the period before
  float per_host_with_duty;
};

struct EventView {
  int host, opened, start;
  int place;            ///< an event's while it is open, then another's
  const float* record;  ///< [trip::words]
};

/// A change of a stock or a government (agents::Shock), resolved.
struct ShockView {
  enum Target { nu, budget, delta, government } target;
  enum Op { set, add, multiply } op;
  float value;
  int leader, host, ngo;
};

struct StageView {
  int weeks = 0, hosts = 0, leaders = 0, ngos = 0, regions = 0, places = 0;
  agents::Coefficients k;
  float initial_nu = 0;
  bool norm_overshoots = false;
  const float* Lambda = nullptr;             ///< [leader]
  const PeriodView* period = nullptr;        ///< [week]
  const std::int32_t* new_period = nullptr;  ///< [week]: 1 where a period begins
  const std::uint32_t* leader_address = nullptr;
  const std::uint32_t* region_place = nullptr;  ///< [region]
  const EventView* events = nullptr;            ///< all leaders' calendars in a row
  const int* first_event = nullptr;             ///< [leader + 1]
  int event_places = 0;
  const int* open_events = nullptr;  ///< rows of events open in a week, rank order: [open_start[leader][week] ..)
  const int* open_start = nullptr;   ///< [leader * (weeks + 1) + week]
  const ShockView* shocks = nullptr;
  const int* first_shock = nullptr;                                              ///< [week + 1]
  int reach_words = 0;                                                           ///< ngos, up to a multiple of four
  const float* reach = nullptr;                                                  ///< [host][reach_words]
  const float *B0 = nullptr, *per_B0 = nullptr, *y = nullptr, *omega = nullptr;  ///< [ngo]
  DecayView delta{}, p{}, F{}, K{}, nu{}, B{}, m{}, share{}, ease{};
  PoissonView extra_lead_weeks{}, extra_days{};
};

/// Contested trips of a leader, at most one of each of some replicates: items from `begin` on, a lane each.
struct Contest {
  int leader, begin;
};

/// The state of a block; R = block_replicates runs fastest, inside records only their words do.
/// Places: those of events, then a bilateral and a second-stop place for each leader.
struct BlockView {
  RoundKeys key;  ///< sim::round_keys of the seed
  std::uint32_t first_replicate;
  Set all;      ///< replicates in use
  int weighed;  ///< leader whose arrests are weighed; -1: none

  float *norm, *total_pressure, *surplus;     ///< [r], as kept
  float *regional, *ease, *gain;              ///< [leader][region][r], [leader][r], [ngo][r], as kept
  float* common;                              ///< [region][r]: of its hosts' resolve
  Set* met;                                   ///< [host]: those whose record holds anything
  float* state;                               ///< [host][r][state::words]
  float* resolve;                             ///< [host][resolve::words]
  std::int32_t *pressured, *pressured_count;  ///< hosts that have felt pressure: [k][r], [r]
  Set* free;                                  ///< [leader]
  double* weight;                             ///< [leader][r]

  float* trips;               ///< [place of an event], then [other place][r]: [trip::words]
  float* course;              ///< [place][r][course::words]
  std::int32_t* diverted_to;  ///< [place][r]: host
  float* pi_diverted;         ///< [place][r]: the leader's idea of the chance of an arrest there
  float* most_withdrawn;      ///< [place][r]: at most this is the chance in any week that the invitation is withdrawn
  std::int32_t* departs;      ///< [place][r]: week, of the places that are not events
  Set* active;                ///< [place]: a trip stands announced
  Set* bound;                 ///< [place]: its host has a duty
  Set* ordered;               ///< [place]: a court has ordered the arrest
  Set *due, *settled;         ///< [place], this week
  Set* waiting;               ///< [place], scratch

  // This week's campaigns.
  std::int32_t* contested;  ///< [item]: place and replicate; another item's, inverted, where there is no such trip
  std::int32_t* at_host;    ///< [item]: -1: none, or felt with an earlier trip to the same host
  float* effort;            ///< [item]
  float* shares;            ///< [ngo][item]
  int most_items;
  std::int32_t* item_of;             ///< [place][r]
  Contest* contests;                 ///< scratch
  float* advocacy;                   ///< [r]: what is spent on it this week beyond the start
  float *totals, *spent, *budgets;   ///< [ngo][lane], scratch
  std::int32_t* list;                ///< [place][r] and more: scratch
  std::int32_t* under_duty;          ///< [r] and more: this turn's trips with effects_under_duty
  std::int32_t *close, *close_word;  ///< invitations that may be withdrawn: place and replicate, word drawn

  std::int32_t* made;         ///< the number of decisions
  DecisionColumns decisions;  ///< as they were made: those of one replicate in their order
  /// Series: nu, mean pressure, isolation of each leader, budget of each NGO.
  float* rows;  ///< [series][week][r], from week `rows_from` on
  int rows_from;
  double* sums;         ///< [series][week][r / summed_replicates]: those of `all`
  double* week_weight;  ///< [week][r], with weighed arrests only
};

namespace series {
enum { nu, mean_pressure, isolation };
}  // namespace series

/// Lives the block from the first week to the last. One for each instruction set and width.
using LiveBlock = void (*)(const StageView&, const BlockView&);

}  // namespace sim
