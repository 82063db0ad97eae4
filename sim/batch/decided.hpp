// Reads decisions as the kernel writes them (view.hpp, namespace decided).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "agents/decision.hpp"
#include "sim/batch/view.hpp"

namespace sim {

class Decided {
 public:
  Decided(const DecisionColumns& all, int row)
      : where_(all.where[row]),
        when_(static_cast<std::uint32_t>(all.when[row])),
        out_(static_cast<std::uint32_t>(all.out[row])),
        V_(all.V[row]),
        days_(all.days[row]) {
    if (!has_chances()) return;
    const float* chance = all.chances + row * chances::words;
    pi_arrest_ = chance[chances::pi_arrest];
    p_arrest_ = chance[chances::p_arrest];
    hazard_ = chance[chances::hazard];
  }
  int leader() const { return when_ >> 13 & 63; }
  int host() const { return where_ & 0xffff; }
  /// The host, or ~event if the decision is about one.
  int occasion() const { return where_ >> 16; }
  int event() const { return occasion() < 0 ? ~occasion() : -1; }  ///< -1: none
  bool second_stop() const { return when_ >> 12 & 1; }
  agents::Answer answer() const { return static_cast<agents::Answer>(when_ >> 10 & 3); }
  int week() const { return when_ & 0x3ff; }
  int diverted_to() const { return static_cast<int>(when_ >> 19) - 1; }  ///< host; -1: nowhere
  int week_out() const { return out_ >> decided::week_at & 0x3ff; }
  agents::Outcome outcome() const { return static_cast<agents::Outcome>(out_ & 15); }
  bool order() const { return out_ & decided::order; }
  bool duty() const { return out_ & decided::duty; }
  bool reached() const { return out_ & decided::reached; }
  bool has_chances() const { return out_ & decided::has_chances; }
  int replicate() const { return static_cast<int>(out_ >> decided::replicate_at); }  ///< in the block
  /// What it counts as: outcome, order, duty, whether it is about an event.
  static constexpr std::uint32_t kinds = decided::reached;
  static_assert(decided::reached == decided::of_event << 1);
  std::uint32_t kind() const { return out_ & (kinds - 1); }
  float V() const { return V_; }
  float planned_days() const { return days_; }
  // 0 unless it has chances.
  float pi_arrest() const { return pi_arrest_; }
  float p_arrest() const { return p_arrest_; }
  float hazard() const { return hazard_; }

 private:
  std::int32_t where_;
  std::uint32_t when_, out_;
  float V_, days_, pi_arrest_ = 0, p_arrest_ = 0, hazard_ = 0;
};

/// In the order of agents::Outcome. Looked up: which it is is as good as chance, and a branch would often be wrong.
namespace by_outcome {
using Shares = std::array<float, agents::outcome_names.size()>;
inline constexpr Shares stayed{1, 0.5f}, arrived{1, 1, 0, 0, 1};
static_assert(static_cast<int>(agents::Outcome::cut_short) == 1 && static_cast<int>(agents::Outcome::arrested) == 4);
}  // namespace by_outcome

/// The share of the planned days that is stayed.
constexpr float share_stayed(agents::Outcome o) { return by_outcome::stayed[static_cast<std::size_t>(o)]; }
/// 1 if the outcome is an arrival, or 0.
constexpr float share_arrived(agents::Outcome o) { return by_outcome::arrived[static_cast<std::size_t>(o)]; }

}  // namespace sim
