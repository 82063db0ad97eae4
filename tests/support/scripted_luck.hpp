// A luck that says what it is told and throws when asked for what nobody told it.
#pragma once
#include <map>
#include <stdexcept>
#include <string>
#include <tuple>

#include "agents/luck.hpp"

namespace support {

/// Words that decide a chance p whatever it is: `yes` unless p < 2^-32, `no` unless p = 1; `middle` is a median.
inline constexpr std::uint32_t yes = 0, no = 0xffffffffu, middle = 0x80000000u;
/// The word at a share of the way from 0 to 1.
inline std::uint32_t at_share(double share) { return static_cast<std::uint32_t>(share * 4294967296.0); }

/// Where a saying holds: everywhere, but for what is given.
struct When {
  static constexpr std::int64_t any = -1;
  std::int64_t week = any, place = any, leader = any;
};

/// The most particular saying wins; a leader is more particular than a place, a place than a week.
class ScriptedLuck final : public agents::Luck {
 public:
  ScriptedLuck& say(agents::Occasion occasion, agents::Words words, When when = {}) {
    sayings_[{occasion, when.week, when.place, when.leader}] = words;
    return *this;
  }

  agents::Words draw(const agents::Address& a) override {
    ++asked_;
    for (const bool leader : {true, false})
      for (const bool place : {true, false})
        for (const bool week : {true, false}) {
          const auto found =
              sayings_.find({a.occasion, week ? a.week : any, place ? a.place : any, leader ? a.leader : any});
          if (found != sayings_.end()) return found->second;
        }
    throw std::logic_error("nothing scripted for occasion " + std::to_string(static_cast<int>(a.occasion)) +
                           " in week " + std::to_string(a.week) + " at place " + std::to_string(a.place));
  }

  int asked() const { return asked_; }

 private:
  static constexpr std::int64_t any = When::any;
  using Key = std::tuple<agents::Occasion, std::int64_t, std::int64_t, std::int64_t>;
  std::map<Key, agents::Words> sayings_;
  int asked_ = 0;
};

}  // namespace support
