// What comes out of one replicate: the ordered decisions of every leader, and the stocks week by week.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "agents/ids.hpp"

namespace agents {

enum class Answer : std::uint8_t { go, delegate, skip };
inline constexpr std::array<std::string_view, 3> answer_names = {"go", "delegate", "skip"};

enum class Outcome : std::uint8_t {
  visited,
  cut_short,
  stays_home,
  withdrawn,
  arrested,
  skip,
  delegate,
  void_,
  pending
};
inline constexpr std::array<std::string_view, 9> outcome_names = {
    "visited", "cut short", "stays home", "withdrawn", "arrested", "skip", "delegate", "void", "pending"};

inline bool is_visit(Outcome o) { return o == Outcome::visited || o == Outcome::cut_short; }
/// The leader set foot on the host's soil (or was taken on the way there).
inline bool is_arrival(Outcome o) { return is_visit(o) || o == Outcome::arrested; }

/// One travel decision. Weeks count from the start date.
struct Decision {
  LeaderId leader;
  HostId host;
  std::int16_t event = -1;  ///< row in the leader's calendar; -1: bilateral idea or second stop
  bool second_stop = false;
  Answer answer = Answer::skip;
  Outcome outcome = Outcome::skip;
  std::int16_t week = 0;      ///< of the answer
  std::int16_t week_out = 0;  ///< of the outcome; pending: T
  bool order = false;    ///< a court order stood when the outcome was settled (one won during the stay does not count)
  bool duty = false;     ///< the host had a duty to arrest in week_out
  bool reached = false;  ///< the trip came to its departure week: pi_arrest and p_arrest are known
  float V = 0;           ///< value of the occasion
  float days = 0;        ///< days stayed; 0 without a visit
  float hours = 0;       ///< one way, of the route flown; 0 if nobody flew
  float detour_hours = 0;         ///< of these, more than the direct route would take
  float pi_arrest = 0;            ///< the leader's estimate at the look, destination only
  float p_arrest = 0;             ///< the truth, destination only
  std::int16_t diverted_to = -1;  ///< host row of the emergency landing on the way; -1: none
  float hazard = 0;               ///< chance of arrest on this trip, given the diversion drawn; 0 without departure
  double weight = 1;              ///< of the answer (1 unless arrests are weighted, see Manner)
  double weight_out = 1;          ///< of the outcome, before its hazard: a visit counts weight_out (1 - hazard)
};

/// How arrests are treated.
struct Manner {
  /// The leader whose arrests are weighed instead of drawn (the conditional, Rao-Blackwell estimator); none: all are
  /// drawn.
  std::optional<LeaderId> weighed;
};

/// One replicate. The vectors keep their memory from one replicate to the next.
struct History {
  std::vector<Decision> decisions;  ///< in the order of the answers
  std::vector<float> nu;            ///< [week], end of week
  std::vector<float> pressure;      ///< [week], mean over the hosts with a duty
  std::vector<float> isolation;     ///< [leader * weeks + week]
  std::vector<float> budget;        ///< [ngo * weeks + week], of its start
  std::vector<double> weight;       ///< [week], end of week; 1 unless arrests are weighted
};

/// One line of a replicate's diary: what an agent saw and drew. For telling a history, never for results.
struct Note {
  enum class Kind : std::uint8_t {
    opportunity,  ///< {V, lead weeks, days}
    not_pursued,  ///< {p_pursue}
    sounding,     ///< {signal, mean belief after, sd of belief after}
    answer,       ///< {U_go, U_delegate, p_go, p_delegate, pi_arrest, pi_refuse}
    campaign,     ///< {effort, pressure after}
    order,        ///< {p_order}
    withdrawal,   ///< {p_refuse over the whole lead, weekly chance}
    look,         ///< {p_stay, pi_arrest}
    stays_home,   ///< {p_stay, pi_arrest}
    diversion,    ///< {p_divert, p_arrest there}
    arrest,       ///< {p_arrest, pi_arrest}
    visit,        ///< {p_arrest, pi_arrest, days}
    cut_short,    ///< {p_arrest, pi_arrest, days}
    finding,      ///< {findings after}
    government    ///< {resolve after}
  } kind;
  Week week = 0;
  LeaderId leader;
  HostId host;
  std::int16_t event = -1;
  bool second_stop = false;
  std::array<float, 6> numbers{};
};

}  // namespace agents
