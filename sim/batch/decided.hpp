// Reads decisions as the kernel writes them (view.hpp, namespace decided).
#pragma once
#include <bit>
#include <cstdint>

#include "agents/decision.hpp"
#include "sim/batch/view.hpp"

namespace sim {

class Decided {
 public:
  explicit Decided(const float* words)
      : words_(words), where_(bits(decided::where)), when_(bits(decided::when)), out_(bits(decided::out)) {}
  int leader() const { return when_ >> 13 & 63; }
  int host() const { return where_ & 0xffff; }
  /// The host, or ~event if the decision is about one.
  int occasion() const { return static_cast<std::int16_t>(where_ >> 16); }
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
  int replicate() const { return static_cast<int>(out_ >> decided::replicate_at); }  ///< in the block
  /// What it counts as: outcome, order, duty, whether it is about an event.
  static constexpr std::uint32_t kinds = decided::reached;
  static_assert(decided::reached == decided::of_event << 1);
  std::uint32_t kind() const { return out_ & (kinds - 1); }
  float V() const { return words_[decided::V]; }
  float planned_days() const { return words_[decided::days]; }
  // 0 unless reached.
  float pi_arrest() const { return words_[decided::pi_arrest]; }
  float p_arrest() const { return words_[decided::p_arrest]; }
  float hazard() const { return words_[decided::hazard]; }

 private:
  std::uint32_t bits(int word) const { return std::bit_cast<std::uint32_t>(words_[word]); }
  const float* words_;
  std::uint32_t where_, when_, out_;
};

/// The share of the planned days that is stayed.
inline float share_stayed(agents::Outcome o) {
  return o == agents::Outcome::visited ? 1.0f : o == agents::Outcome::cut_short ? 0.5f : 0.0f;
}

}  // namespace sim
