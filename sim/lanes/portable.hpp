// Replicates side by side as plain arrays: for machines without a lanes file of their own, and as the plainest one to
// test the others against. What every lanes type offers is said here once:
//   Lanes::Real, Int, Mask   one float, one 32-bit integer, one yes or no for each replicate
//   operators and the functions of agents/arithmetic.hpp on them: lane by lane the bits that float gives
//   Lanes::...               memory, masks as bits, random words
// No lanes type fuses a multiplication with an addition, or uses an approximate reciprocal.
#pragma once
#include <cstdint>

#include "agents/arithmetic.hpp"
#include "sim/rng/keys.hpp"

#define LANES_INLINE [[gnu::always_inline]] inline

namespace sim::lanes_portable {

template <int N>
struct Real {
  float lane[N];

  Real() = default;
  LANES_INLINE explicit Real(float x) {
    for (float& own : lane) own = x;
  }
};

template <int N>
struct Int {
  std::int32_t lane[N];

  Int() = default;
  LANES_INLINE explicit Int(std::int32_t x) {
    for (std::int32_t& own : lane) own = x;
  }
};

template <int N>
struct Mask {
  bool lane[N];
};

/// Out with lane i = of(i).
template <class Out, int N, class F>
LANES_INLINE Out each(F of) {
  Out out;
  for (int i = 0; i < N; ++i) out.lane[i] = of(i);
  return out;
}

// --- Real ------------------------------------------------------------------------------------------

template <int N>
LANES_INLINE Real<N> operator+(const Real<N>& a, const Real<N>& b) {
  return each<Real<N>, N>([&](int i) { return a.lane[i] + b.lane[i]; });
}
template <int N>
LANES_INLINE Real<N> operator-(const Real<N>& a, const Real<N>& b) {
  return each<Real<N>, N>([&](int i) { return a.lane[i] - b.lane[i]; });
}
template <int N>
LANES_INLINE Real<N> operator*(const Real<N>& a, const Real<N>& b) {
  return each<Real<N>, N>([&](int i) { return a.lane[i] * b.lane[i]; });
}
template <int N>
LANES_INLINE Real<N> operator/(const Real<N>& a, const Real<N>& b) {
  return each<Real<N>, N>([&](int i) { return a.lane[i] / b.lane[i]; });
}
template <int N>
LANES_INLINE Mask<N> operator<(const Real<N>& a, const Real<N>& b) {
  return each<Mask<N>, N>([&](int i) { return a.lane[i] < b.lane[i]; });
}
template <int N>
LANES_INLINE Mask<N> operator>(const Real<N>& a, const Real<N>& b) {
  return each<Mask<N>, N>([&](int i) { return a.lane[i] > b.lane[i]; });
}
template <int N>
LANES_INLINE Mask<N> operator<=(const Real<N>& a, const Real<N>& b) {
  return each<Mask<N>, N>([&](int i) { return a.lane[i] <= b.lane[i]; });
}
template <int N>
LANES_INLINE Mask<N> operator>=(const Real<N>& a, const Real<N>& b) {
  return each<Mask<N>, N>([&](int i) { return a.lane[i] >= b.lane[i]; });
}
template <int N>
LANES_INLINE Mask<N> operator==(const Real<N>& a, const Real<N>& b) {
  return each<Mask<N>, N>([&](int i) { return a.lane[i] == b.lane[i]; });
}
template <int N>
LANES_INLINE Real<N> min(const Real<N>& a, const Real<N>& b) {
  return each<Real<N>, N>([&](int i) { return agents::min(a.lane[i], b.lane[i]); });
}
template <int N>
LANES_INLINE Real<N> max(const Real<N>& a, const Real<N>& b) {
  return each<Real<N>, N>([&](int i) { return agents::max(a.lane[i], b.lane[i]); });
}
template <int N>
LANES_INLINE Real<N> sqrt(const Real<N>& a) {
  return each<Real<N>, N>([&](int i) { return agents::sqrt(a.lane[i]); });
}
template <int N>
LANES_INLINE Int<N> bits_of(const Real<N>& a) {
  return each<Int<N>, N>([&](int i) { return agents::bits_of(a.lane[i]); });
}

// --- Int -------------------------------------------------------------------------------------------

/// Wraps around.
template <int N>
LANES_INLINE Int<N> operator+(const Int<N>& a, const Int<N>& b) {
  return each<Int<N>, N>([&](int i) { return agents::add_bits(a.lane[i], b.lane[i]); });
}
template <int N>
LANES_INLINE Int<N> operator-(const Int<N>& a, const Int<N>& b) {
  return each<Int<N>, N>([&](int i) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(a.lane[i]) - static_cast<std::uint32_t>(b.lane[i]));
  });
}
template <int N>
LANES_INLINE Int<N> operator-(const Int<N>& a) {
  return Int<N>(0) - a;
}
template <int N>
LANES_INLINE Int<N> operator&(const Int<N>& a, const Int<N>& b) {
  return each<Int<N>, N>([&](int i) { return a.lane[i] & b.lane[i]; });
}
template <int N>
LANES_INLINE Int<N> operator|(const Int<N>& a, const Int<N>& b) {
  return each<Int<N>, N>([&](int i) { return a.lane[i] | b.lane[i]; });
}
template <int N>
LANES_INLINE Int<N> operator^(const Int<N>& a, const Int<N>& b) {
  return each<Int<N>, N>([&](int i) { return a.lane[i] ^ b.lane[i]; });
}
template <int N>
LANES_INLINE Mask<N> operator==(const Int<N>& a, const Int<N>& b) {
  return each<Mask<N>, N>([&](int i) { return a.lane[i] == b.lane[i]; });
}
template <int N>
LANES_INLINE Mask<N> operator<(const Int<N>& a, const Int<N>& b) {
  return each<Mask<N>, N>([&](int i) { return a.lane[i] < b.lane[i]; });
}
template <int N>
LANES_INLINE Mask<N> operator>(const Int<N>& a, const Int<N>& b) {
  return each<Mask<N>, N>([&](int i) { return a.lane[i] > b.lane[i]; });
}
template <int N>
LANES_INLINE Int<N> add_bits(const Int<N>& a, const Int<N>& b) {
  return a + b;
}
template <int N>
LANES_INLINE Int<N> add_bits(const Int<N>& a, std::int32_t b) {
  return a + Int<N>(b);
}
template <int N>
LANES_INLINE Int<N> shift_left(const Int<N>& a, int n) {
  return each<Int<N>, N>([&](int i) { return agents::shift_left(a.lane[i], n); });
}
template <int N>
LANES_INLINE Int<N> arithmetic_shift_right(const Int<N>& a, int n) {
  return each<Int<N>, N>([&](int i) { return agents::arithmetic_shift_right(a.lane[i], n); });
}
template <int N>
LANES_INLINE Int<N> logical_shift_right(const Int<N>& a, int n) {
  return each<Int<N>, N>([&](int i) { return static_cast<std::int32_t>(static_cast<std::uint32_t>(a.lane[i]) >> n); });
}
template <int N>
LANES_INLINE Real<N> from_bits(const Int<N>& a) {
  return each<Real<N>, N>([&](int i) { return agents::from_bits(a.lane[i]); });
}
template <int N>
LANES_INLINE Real<N> to_real(const Int<N>& a) {
  return each<Real<N>, N>([&](int i) { return agents::to_real(a.lane[i]); });
}

// --- Mask ------------------------------------------------------------------------------------------

template <int N>
LANES_INLINE Mask<N> operator&(const Mask<N>& a, const Mask<N>& b) {
  return each<Mask<N>, N>([&](int i) { return a.lane[i] & b.lane[i]; });
}
template <int N>
LANES_INLINE Mask<N> operator|(const Mask<N>& a, const Mask<N>& b) {
  return each<Mask<N>, N>([&](int i) { return a.lane[i] | b.lane[i]; });
}
template <int N>
LANES_INLINE Mask<N> operator!(const Mask<N>& a) {
  return each<Mask<N>, N>([&](int i) { return !a.lane[i]; });
}
/// a & !b.
template <int N>
LANES_INLINE Mask<N> and_not(const Mask<N>& a, const Mask<N>& b) {
  return each<Mask<N>, N>([&](int i) { return a.lane[i] & !b.lane[i]; });
}
/// One bit for each lane, lane 0 lowest.
template <int N>
LANES_INLINE std::uint32_t bits(const Mask<N>& a) {
  std::uint32_t out = 0;
  for (int i = 0; i < N; ++i) out |= static_cast<std::uint32_t>(a.lane[i]) << i;
  return out;
}
template <int N>
LANES_INLINE bool any(const Mask<N>& a) {
  return bits(a) != 0;
}
template <int N>
LANES_INLINE bool all(const Mask<N>& a) {
  return bits(a) == (std::uint32_t{1} << N) - 1;
}
template <int N>
LANES_INLINE Real<N> select(const Mask<N>& which, const Real<N>& yes, const Real<N>& no) {
  return each<Real<N>, N>([&](int i) { return which.lane[i] ? yes.lane[i] : no.lane[i]; });
}
template <int N>
LANES_INLINE Int<N> select(const Mask<N>& which, const Int<N>& yes, const Int<N>& no) {
  return each<Int<N>, N>([&](int i) { return which.lane[i] ? yes.lane[i] : no.lane[i]; });
}

// --- memory and luck -------------------------------------------------------------------------------

/// N from 1 to 16.
template <int N>
struct Lanes {
  static constexpr int width = N;
  using Real = lanes_portable::Real<N>;
  using Int = lanes_portable::Int<N>;
  using Mask = lanes_portable::Mask<N>;

  /// Four random words for each lane.
  struct Words {
    Int word[4];
    LANES_INLINE const Int& operator[](int i) const { return word[i]; }
  };

  /// 0, 1, 2, ...
  LANES_INLINE static Int iota() {
    return each<Int, N>([](int i) { return i; });
  }
  /// The lanes whose bit is set; bits beyond the width are ignored.
  LANES_INLINE static Mask mask_from_bits(std::uint32_t bits) {
    return each<Mask, N>([&](int i) { return (bits >> i & 1) != 0; });
  }

  /// `width` elements in a row, at any address.
  LANES_INLINE static Real load(const float* from) {
    return each<Real, N>([&](int i) { return from[i]; });
  }
  LANES_INLINE static Int load_int(const std::int32_t* from) {
    return each<Int, N>([&](int i) { return from[i]; });
  }
  LANES_INLINE static void store(float* to, const Real& a) {
    for (int i = 0; i < N; ++i) to[i] = a.lane[i];
  }
  LANES_INLINE static void store_int(std::int32_t* to, const Int& a) {
    for (int i = 0; i < N; ++i) to[i] = a.lane[i];
  }

  /// base[index] for each lane, or only where the mask says so (elsewhere memory is not touched).
  LANES_INLINE static Real gather(const float* base, const Int& index) {
    return each<Real, N>([&](int i) { return base[index.lane[i]]; });
  }
  LANES_INLINE static Int gather_int(const std::int32_t* base, const Int& index) {
    return each<Int, N>([&](int i) { return base[index.lane[i]]; });
  }
  LANES_INLINE static Real gather(const float* base, const Int& index, const Mask& where, const Real& otherwise) {
    return each<Real, N>([&](int i) { return where.lane[i] ? base[index.lane[i]] : otherwise.lane[i]; });
  }
  LANES_INLINE static Int gather_int(const std::int32_t* base, const Int& index, const Mask& where,
                                     const Int& otherwise) {
    return each<Int, N>([&](int i) { return where.lane[i] ? base[index.lane[i]] : otherwise.lane[i]; });
  }
  /// base[index] = a where the mask says so; the indices of those lanes differ.
  LANES_INLINE static void scatter(float* base, const Int& index, const Real& a, const Mask& where) {
    for (int i = 0; i < N; ++i)
      if (where.lane[i]) base[index.lane[i]] = a.lane[i];
  }
  LANES_INLINE static void scatter_int(std::int32_t* base, const Int& index, const Int& a, const Mask& where) {
    for (int i = 0; i < N; ++i)
      if (where.lane[i]) base[index.lane[i]] = a.lane[i];
  }

  /// Eight sums side by side. `add` adds element i to sum (at + i) % 8, in order; `at` is a multiple of the width.
  struct Eight {
    double sum[8]{};
    LANES_INLINE void add(int at, const Real& a) {
      for (int i = 0; i < N; ++i) sum[(at + i) % 8] += static_cast<double>(a.lane[i]);
    }
    LANES_INLINE double all() const {
      return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
    }
  };

  /// Four words in a row for each lane, from index on: word j of every lane in four[j].
  struct Four {
    Real four[4];
    LANES_INLINE Real& operator[](int i) { return four[i]; }
    LANES_INLINE const Real& operator[](int i) const { return four[i]; }
  };
  LANES_INLINE static Four load_four(const float* base, const Int& index) {
    Four out;
    for (int j = 0; j < 4; ++j) out[j] = each<Real, N>([&](int i) { return base[index.lane[i] + j]; });
    return out;
  }
  LANES_INLINE static void store_four(float* base, const Int& index, const Four& a, const Mask& where) {
    for (int i = 0; i < N; ++i)
      for (int j = 0; j < 4 && where.lane[i]; ++j) base[index.lane[i] + j] = a[j].lane[i];
  }
  /// Writes the lanes where the mask says so one after the other, and returns their number. Up to `width` elements of
  /// `to` are written.
  LANES_INLINE static int pack(std::int32_t* to, const Int& a, const Mask& where) {
    int n = 0;
    for (int i = 0; i < N; ++i)
      if (where.lane[i]) to[n++] = a.lane[i];
    return n;
  }
  /// Writes first + i for each bit i of `set`, in order, and returns their number. Up to 16 elements more are written.
  LANES_INLINE static int list(std::uint64_t set, std::int32_t first, std::int32_t* to) {
    int n = 0;
    for (; set != 0; set &= set - 1) to[n++] = first + __builtin_ctzll(set);
    return n;
  }
  /// The members of `set` whose rank in it is a bit of `ranks`.
  LANES_INLINE static std::uint64_t of_rank(std::uint64_t ranks, std::uint64_t set) {
    std::uint64_t out = 0;
    for (; ranks != 0 && set != 0; set &= set - 1, ranks >>= 1)
      if (ranks & 1) out |= set & (~set + 1);
    return out;
  }

  /// 2^n for n from 0 to 31.
  LANES_INLINE static Int single_bit(const Int& n) {
    return each<Int, N>([&](int i) { return 1 << n.lane[i]; });
  }

  // Words are unsigned, whatever the sign of the lane that holds them.

  LANES_INLINE static Mask less_unsigned(const Int& a, const Int& b) {
    return each<Mask, N>([&](int i) { return unsigned_of(a.lane[i]) < unsigned_of(b.lane[i]); });
  }
  /// The upper and the lower 32 bits of the 64-bit product.
  LANES_INLINE static Int multiply_high(const Int& a, std::uint32_t b) {
    return each<Int, N>([&](int i) { return static_cast<std::int32_t>(product(a.lane[i], b) >> 32); });
  }
  LANES_INLINE static Int multiply_low(const Int& a, std::uint32_t b) {
    return each<Int, N>([&](int i) { return static_cast<std::int32_t>(product(a.lane[i], b)); });
  }
  /// agents::uniform and agents::happens.
  LANES_INLINE static Real uniform(const Int& word) {
    return each<Real, N>([&](int i) { return agents::uniform(unsigned_of(word.lane[i])); });
  }
  LANES_INLINE static Mask happens(const Int& word, const Real& p) {
    return each<Mask, N>([&](int i) { return agents::happens(unsigned_of(word.lane[i]), p.lane[i]); });
  }
  /// sim::philox with the counter (c0, c1, c2, c3) of each lane; `key` is sim::round_keys of the seed.
  LANES_INLINE static Words philox(const RoundKeys& key, Int c0, Int c1, Int c2, Int c3) {
    for (int round = 0; round < 10; ++round) {
      const Int high0 = multiply_high(c0, 0xD2511F53u), low0 = multiply_low(c0, 0xD2511F53u);
      const Int high1 = multiply_high(c2, 0xCD9E8D57u), low1 = multiply_low(c2, 0xCD9E8D57u);
      c0 = high1 ^ c1 ^ Int(static_cast<std::int32_t>(key[round][0]));
      c1 = low1;
      c2 = high0 ^ c3 ^ Int(static_cast<std::int32_t>(key[round][1]));
      c3 = low0;
    }
    return {{c0, c1, c2, c3}};
  }

 private:
  LANES_INLINE static std::uint32_t unsigned_of(std::int32_t a) { return static_cast<std::uint32_t>(a); }
  LANES_INLINE static std::uint64_t product(std::int32_t a, std::uint32_t b) {
    return std::uint64_t{unsigned_of(a)} * b;
  }
};

}  // namespace sim::lanes_portable

#undef LANES_INLINE
