// What the week is made of, in bulk: random blocks and elementary functions over arrays, by a lanes type. A file for
// each instruction set compiles them, since a lanes type may only be used in one compiled for it.
#pragma once
#include <cstdint>

#include "agents/leader.hpp"
#include "sim/rng/keys.hpp"

namespace bench {

inline constexpr int bulk = 2048;  ///< calls in one go, small enough for the first-level cache

struct Primitives {
  const char* name;
  int width;
  /// A block of four words for each counter; `key` is sim::round_keys of a seed.
  void (*philox)(const sim::RoundKeys& key, const std::int32_t* counters, std::int32_t* out);
  void (*exp)(const float* x, float* out);
  void (*expm1)(const float* x, float* out);
  void (*log)(const float* x, float* out);
  void (*logistic)(const float* x, float* out);
  void (*quantile)(const float* u, float* out);
};
extern const Primitives portable, sse2, avx2, avx512;

template <class L>
struct Bulk {
  using Real = typename L::Real;
  using Int = typename L::Int;

  static void philox(const sim::RoundKeys& key, const std::int32_t* counters, std::int32_t* out) {
    for (int i = 0; i < bulk; i += L::width) {
      const auto words = L::philox(key, L::load_int(counters + i), Int(1), Int(2), Int(3));
      for (int j = 0; j < 4; ++j) L::store_int(out + j * bulk + i, words[j]);
    }
  }
  template <Real (*f)(Real)>
  static void each(const float* x, float* out) {
    for (int i = 0; i < bulk; i += L::width) L::store(out + i, f(L::load(x + i)));
  }
  static Real exp(Real x) { return agents::exp(x); }
  static Real expm1(Real x) { return agents::expm1(x); }
  static Real log(Real x) { return agents::log(x); }
  static Real logistic(Real x) { return agents::logistic(x); }
  static Real quantile(Real u) { return agents::normal_quantile(u); }

  static constexpr Primitives primitives(const char* name) {
    return {name, L::width, philox, each<exp>, each<expm1>, each<log>, each<logistic>, each<quantile>};
  }
};

}  // namespace bench
