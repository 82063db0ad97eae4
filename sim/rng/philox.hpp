// Addressed random numbers: Philox4x32-10 (Salmon et al. 2011, from Random123), keyed by the seed.
// PhiloxLuck is what a replicate is handed; Philox is the same generator as a stream, for Boost.Random.
#pragma once
#include <Random123/philox.h>

#include <array>
#include <cstdint>
#include <limits>

#include "agents/luck.hpp"
#include "sim/rng/keys.hpp"

namespace sim {

/// One block of four words: seed (64 bits) and counter (128 bits) in, four words out.
inline agents::Words philox(std::uint64_t seed, const std::array<std::uint32_t, 4>& counter) {
  const r123::Philox4x32::ctr_type in{{counter[0], counter[1], counter[2], counter[3]}};
  const r123::Philox4x32::key_type key{{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
  const auto out = r123::Philox4x32{}(in, key);
  return {out[0], out[1], out[2], out[3]};
}

/// The two words of the key in each of the ten rounds, for those who draw many blocks side by side (sim/lanes).
inline void round_keys(std::uint64_t seed, RoundKeys& key) {
  auto k0 = static_cast<std::uint32_t>(seed), k1 = static_cast<std::uint32_t>(seed >> 32);
  for (auto& round : key) {
    round[0] = k0;
    round[1] = k1;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}

/// The counter of an address. Weeks stay below 2^16, replicates below 2^32.
inline std::array<std::uint32_t, 4> counter_of(std::uint32_t replicate, const agents::Address& a) {
  const auto occasion = static_cast<std::uint32_t>(a.occasion) << 16;
  return {replicate, static_cast<std::uint32_t>(a.week) | occasion, a.leader, a.place};
}

/// The luck of one replicate under a seed.
class PhiloxLuck final : public agents::Luck {
 public:
  PhiloxLuck(std::uint64_t seed, std::uint32_t replicate) : seed_(seed), replicate_(replicate) {}
  agents::Words draw(const agents::Address& a) override { return philox(seed_, counter_of(replicate_, a)); }

 private:
  std::uint64_t seed_;
  std::uint32_t replicate_;
};

/// A uniform random bit generator (Boost.Random's and the standard's concept) over counters 0, 1, 2, ... of a seed.
class Philox {
 public:
  using result_type = std::uint32_t;
  static constexpr bool has_fixed_range = false;
  explicit Philox(std::uint64_t seed = 0) : seed_(seed) {}
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
  result_type operator()() {
    const auto at = static_cast<std::size_t>(drawn_ & 3);
    if (at == 0) {
      const std::uint64_t block = drawn_ / 4;
      words_ = philox(seed_, {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32), 0, 0});
    }
    ++drawn_;
    return words_[at];
  }

 private:
  std::uint64_t seed_;
  std::uint64_t drawn_ = 0;
  agents::Words words_{};
};

}  // namespace sim
