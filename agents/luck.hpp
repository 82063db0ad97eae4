// Chance has an address, not a history: every random number is a function of (seed; replicate, week, leader, place,
// occasion), so that another thread count, another output or a new parameter never changes a draw. Who makes the
// numbers: sim/rng.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "agents/ids.hpp"

namespace agents {

/// What a block of four words decides. The numbers are part of every address: append only.
enum class Occasion : std::uint8_t { opening, idea, standing, visit, diversion, resolve };

/// Which word of its block decides what. Append only, four to a block.
namespace word {
enum Opening { arise, host, sounding, answer };  // an opportunity (for the second stop, `arise`: is one considered?)
enum Idea { pursue, value, lead, days };         // a bilateral idea or second stop
enum Standing { suit, withdraw, stay_home, arrest };          // a week in the life of an announced trip
enum Visit { suit_during_stay, cut_short, finding, divert };  // on the way and on the ground
enum Diversion { divert_to, arrest_there };
enum Resolve { at_start, after_change };  // of a region (at_start) or a host
}  // namespace word

using Words = std::array<std::uint32_t, 4>;

/// Leader 0 and place 0 are nobody's: resolve is drawn with leader 0 and the host's or region's id as place.
struct Address {
  Week week = 0;
  std::uint32_t leader = 0;
  std::uint32_t place = 0;
  Occasion occasion = Occasion::opening;
  bool operator==(const Address&) const = default;
};

/// The luck of one replicate.
class Luck {
 public:
  virtual Words draw(const Address&) = 0;
  virtual ~Luck() = default;
};

/// The places that are not events.
inline constexpr std::uint32_t bilateral_place = 1, second_stop_place = 2;

/// A 32-bit id that depends on the name alone (FNV-1a, then mixed), never 0, 1 or 2.
constexpr std::uint32_t stable_id(std::string_view name) {
  std::uint32_t h = 2166136261u;
  for (char c : name) h = (h ^ static_cast<unsigned char>(c)) * 16777619u;
  h = (h ^ (h >> 16)) * 0x7feb352du;
  h = (h ^ (h >> 15)) * 0x846ca68bu;
  h ^= h >> 16;
  return h < 3 ? h + 3 : h;
}

}  // namespace agents
