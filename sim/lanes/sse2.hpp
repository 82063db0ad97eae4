// Four replicates side by side in SSE2 registers, which every x86-64 machine has. What the operations mean:
// sim/lanes/portable.hpp.
#pragma once
#include <emmintrin.h>

#include <cstdint>

#include "sim/rng/keys.hpp"

#define LANES_INLINE [[gnu::always_inline]] inline

namespace sim::lanes_sse2 {

struct Real {
  __m128 v;

  Real() = default;
  LANES_INLINE explicit Real(__m128 own) : v(own) {}
  LANES_INLINE explicit Real(float x) : v(_mm_set1_ps(x)) {}
};

struct Int {
  __m128i v;

  Int() = default;
  LANES_INLINE explicit Int(__m128i own) : v(own) {}
  LANES_INLINE explicit Int(std::int32_t x) : v(_mm_set1_epi32(x)) {}
};

/// All bits of a lane are set, or none.
struct Mask {
  __m128 v;

  Mask() = default;
  LANES_INLINE explicit Mask(__m128 own) : v(own) {}
  LANES_INLINE explicit Mask(__m128i own) : v(_mm_castsi128_ps(own)) {}
};

// --- Real ------------------------------------------------------------------------------------------

LANES_INLINE Real operator+(Real a, Real b) { return Real(_mm_add_ps(a.v, b.v)); }
LANES_INLINE Real operator-(Real a, Real b) { return Real(_mm_sub_ps(a.v, b.v)); }
LANES_INLINE Real operator*(Real a, Real b) { return Real(_mm_mul_ps(a.v, b.v)); }
LANES_INLINE Real operator/(Real a, Real b) { return Real(_mm_div_ps(a.v, b.v)); }
LANES_INLINE Mask operator<(Real a, Real b) { return Mask(_mm_cmplt_ps(a.v, b.v)); }
LANES_INLINE Mask operator>(Real a, Real b) { return Mask(_mm_cmpgt_ps(a.v, b.v)); }
LANES_INLINE Mask operator<=(Real a, Real b) { return Mask(_mm_cmple_ps(a.v, b.v)); }
LANES_INLINE Mask operator>=(Real a, Real b) { return Mask(_mm_cmpge_ps(a.v, b.v)); }
LANES_INLINE Mask operator==(Real a, Real b) { return Mask(_mm_cmpeq_ps(a.v, b.v)); }
LANES_INLINE Real min(Real a, Real b) { return Real(_mm_min_ps(a.v, b.v)); }  // a < b ? a : b
LANES_INLINE Real max(Real a, Real b) { return Real(_mm_max_ps(a.v, b.v)); }  // a > b ? a : b
LANES_INLINE Real sqrt(Real a) { return Real(_mm_sqrt_ps(a.v)); }
LANES_INLINE Int bits_of(Real a) { return Int(_mm_castps_si128(a.v)); }

// --- Int -------------------------------------------------------------------------------------------

LANES_INLINE Int operator+(Int a, Int b) { return Int(_mm_add_epi32(a.v, b.v)); }
LANES_INLINE Int operator-(Int a, Int b) { return Int(_mm_sub_epi32(a.v, b.v)); }
LANES_INLINE Int operator-(Int a) { return Int(0) - a; }
LANES_INLINE Int operator&(Int a, Int b) { return Int(_mm_and_si128(a.v, b.v)); }
LANES_INLINE Int operator|(Int a, Int b) { return Int(_mm_or_si128(a.v, b.v)); }
LANES_INLINE Int operator^(Int a, Int b) { return Int(_mm_xor_si128(a.v, b.v)); }
LANES_INLINE Mask operator==(Int a, Int b) { return Mask(_mm_cmpeq_epi32(a.v, b.v)); }
LANES_INLINE Mask operator<(Int a, Int b) { return Mask(_mm_cmplt_epi32(a.v, b.v)); }
LANES_INLINE Mask operator>(Int a, Int b) { return Mask(_mm_cmpgt_epi32(a.v, b.v)); }
LANES_INLINE Int add_bits(Int a, Int b) { return a + b; }
LANES_INLINE Int add_bits(Int a, std::int32_t b) { return a + Int(b); }
LANES_INLINE Int shift_left(Int a, int n) { return Int(_mm_slli_epi32(a.v, n)); }
LANES_INLINE Int arithmetic_shift_right(Int a, int n) { return Int(_mm_srai_epi32(a.v, n)); }
LANES_INLINE Int logical_shift_right(Int a, int n) { return Int(_mm_srli_epi32(a.v, n)); }
LANES_INLINE Real from_bits(Int a) { return Real(_mm_castsi128_ps(a.v)); }
LANES_INLINE Real to_real(Int a) { return Real(_mm_cvtepi32_ps(a.v)); }

// --- Mask ------------------------------------------------------------------------------------------

LANES_INLINE Mask operator&(Mask a, Mask b) { return Mask(_mm_and_ps(a.v, b.v)); }
LANES_INLINE Mask operator|(Mask a, Mask b) { return Mask(_mm_or_ps(a.v, b.v)); }
LANES_INLINE Mask and_not(Mask a, Mask b) { return Mask(_mm_andnot_ps(b.v, a.v)); }
LANES_INLINE Mask operator!(Mask a) { return and_not(Mask(_mm_set1_epi32(-1)), a); }
LANES_INLINE std::uint32_t bits(Mask a) { return static_cast<std::uint32_t>(_mm_movemask_ps(a.v)); }
LANES_INLINE bool any(Mask a) { return bits(a) != 0; }
LANES_INLINE bool all(Mask a) { return bits(a) == 0xf; }
LANES_INLINE Real select(Mask which, Real yes, Real no) {
  return Real(_mm_or_ps(_mm_and_ps(which.v, yes.v), _mm_andnot_ps(which.v, no.v)));
}
LANES_INLINE Int select(Mask which, Int yes, Int no) { return bits_of(select(which, from_bits(yes), from_bits(no))); }

// --- memory and luck -------------------------------------------------------------------------------

struct Lanes {
  static constexpr int width = 4;
  using Real = lanes_sse2::Real;
  using Int = lanes_sse2::Int;
  using Mask = lanes_sse2::Mask;

  struct Words {
    Int word[4];
    LANES_INLINE Int operator[](int i) const { return word[i]; }
  };

  LANES_INLINE static Int iota() { return Int(_mm_setr_epi32(0, 1, 2, 3)); }
  LANES_INLINE static Mask mask_from_bits(std::uint32_t bits) {
    const Int own_bit(_mm_setr_epi32(1, 2, 4, 8));
    return (Int(static_cast<std::int32_t>(bits)) & own_bit) == own_bit;
  }

  LANES_INLINE static Real load(const float* from) { return Real(_mm_loadu_ps(from)); }
  LANES_INLINE static Int load_int(const std::int32_t* from) {
    return Int(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  }
  LANES_INLINE static void store(float* to, Real a) { _mm_storeu_ps(to, a.v); }
  LANES_INLINE static void store_int(std::int32_t* to, Int a) { _mm_storeu_si128(reinterpret_cast<__m128i*>(to), a.v); }

  LANES_INLINE static Real gather(const float* base, Int index) {
    std::int32_t at[width];
    store_int(at, index);
    return Real(_mm_setr_ps(base[at[0]], base[at[1]], base[at[2]], base[at[3]]));
  }
  LANES_INLINE static Int gather_int(const std::int32_t* base, Int index) {
    std::int32_t at[width];
    store_int(at, index);
    return Int(_mm_setr_epi32(base[at[0]], base[at[1]], base[at[2]], base[at[3]]));
  }
  LANES_INLINE static Real gather(const float* base, Int index, Mask where, Real otherwise) {
    std::int32_t at[width];
    float out[width];
    store_int(at, index);
    store(out, otherwise);
    const std::uint32_t wanted = bits(where);
    for (int i = 0; i < width; ++i)
      if (wanted >> i & 1) out[i] = base[at[i]];
    return load(out);
  }
  LANES_INLINE static Int gather_int(const std::int32_t* base, Int index, Mask where, Int otherwise) {
    std::int32_t at[width], out[width];
    store_int(at, index);
    store_int(out, otherwise);
    const std::uint32_t wanted = bits(where);
    for (int i = 0; i < width; ++i)
      if (wanted >> i & 1) out[i] = base[at[i]];
    return load_int(out);
  }
  LANES_INLINE static void scatter(float* base, Int index, Real a, Mask where) {
    std::int32_t at[width];
    float from[width];
    store_int(at, index);
    store(from, a);
    const std::uint32_t wanted = bits(where);
    for (int i = 0; i < width; ++i)
      if (wanted >> i & 1) base[at[i]] = from[i];
  }
  LANES_INLINE static void scatter_int(std::int32_t* base, Int index, Int a, Mask where) {
    std::int32_t at[width], from[width];
    store_int(at, index);
    store_int(from, a);
    const std::uint32_t wanted = bits(where);
    for (int i = 0; i < width; ++i)
      if (wanted >> i & 1) base[at[i]] = from[i];
  }

  struct Eight {
    __m128d sum[4] = {_mm_setzero_pd(), _mm_setzero_pd(), _mm_setzero_pd(), _mm_setzero_pd()};
    LANES_INLINE void add(int at, Real a) {
      __m128d* const own = sum + at % 8 / 2;
      own[0] = _mm_add_pd(own[0], _mm_cvtps_pd(a.v));
      own[1] = _mm_add_pd(own[1], _mm_cvtps_pd(_mm_movehl_ps(a.v, a.v)));
    }
    LANES_INLINE double all() const {
      const __m128d four = in_pairs(in_pairs(sum[0], sum[1]), in_pairs(sum[2], sum[3]));
      return _mm_cvtsd_f64(in_pairs(four, four));
    }

   private:
    LANES_INLINE static __m128d in_pairs(__m128d a, __m128d b) {
      return _mm_add_pd(_mm_unpacklo_pd(a, b), _mm_unpackhi_pd(a, b));
    }
  };

  struct Four {
    Real four[4];
    LANES_INLINE Real& operator[](int i) { return four[i]; }
    LANES_INLINE const Real& operator[](int i) const { return four[i]; }
  };
  LANES_INLINE static Four load_four(const float* base, Int index) {
    std::int32_t at[width];
    store_int(at, index);
    const Real r[4] = {load(base + at[0]), load(base + at[1]), load(base + at[2]), load(base + at[3])};
    return turned(r[0], r[1], r[2], r[3]);
  }
  LANES_INLINE static void store_four(float* base, Int index, const Four& a, Mask where) {
    std::int32_t at[width];
    store_int(at, index);
    const Four turn = turned(a[0], a[1], a[2], a[3]);
    const std::uint32_t wanted = bits(where);
    for (int i = 0; i < width; ++i)
      if (wanted >> i & 1) store(base + at[i], turn[i]);
  }
  LANES_INLINE static int pack(std::int32_t* to, Int a, Mask where) {
    std::int32_t from[width];
    store_int(from, a);
    const std::uint32_t wanted = bits(where);
    int n = 0;
    for (int i = 0; i < width; ++i)
      if (wanted >> i & 1) to[n++] = from[i];
    return n;
  }
  LANES_INLINE static int list(std::uint64_t set, std::int32_t first, std::int32_t* to) {
    int n = 0;
    for (; set != 0; set &= set - 1) to[n++] = first + __builtin_ctzll(set);
    return n;
  }
  LANES_INLINE static std::uint64_t of_rank(std::uint64_t ranks, std::uint64_t set) {
    std::uint64_t out = 0;
    for (; ranks != 0 && set != 0; set &= set - 1, ranks >>= 1)
      if (ranks & 1) out |= set & (~set + 1);
    return out;
  }

  LANES_INLINE static Int single_bit(Int n) {
    std::int32_t at[width];
    store_int(at, n);
    return Int(_mm_setr_epi32(1 << at[0], 1 << at[1], 1 << at[2], 1 << at[3]));
  }
  LANES_INLINE static Mask less_unsigned(Int a, Int b) {
    const Int sign(INT32_MIN);
    return (a ^ sign) < (b ^ sign);
  }
  LANES_INLINE static Int multiply_high(Int a, std::uint32_t b) {
    const __m128i factor = _mm_set1_epi64x(b);
    const __m128i even = _mm_mul_epu32(a.v, factor), odd = _mm_mul_epu32(_mm_srli_epi64(a.v, 32), factor);
    return merge(_mm_srli_epi64(even, 32), _mm_srli_epi64(odd, 32));
  }
  LANES_INLINE static Int multiply_low(Int a, std::uint32_t b) {
    const __m128i factor = _mm_set1_epi64x(b);
    return merge(_mm_mul_epu32(a.v, factor), _mm_mul_epu32(_mm_srli_epi64(a.v, 32), factor));
  }
  LANES_INLINE static Real uniform(Int word) {
    const Real u = to_real(logical_shift_right(word, 8)) * Real(0x1p-24f) + Real(0x1p-25f);
    return min(u, Real(1.0f - 0x1p-24f));
  }
  /// The threshold is cut to its upper 16 bits and the rest, both exact; p = 1 gives an upper part above every word's.
  LANES_INLINE static Mask happens(Int word, Real p) {
    const Real scaled = p * Real(0x1p16f);
    const Int upper(_mm_cvttps_epi32(scaled.v));
    const Int lower(_mm_cvttps_epi32(((scaled - to_real(upper)) * Real(0x1p16f)).v));
    const Int word_upper = logical_shift_right(word, 16);
    return (word_upper < upper) | ((word_upper == upper) & ((word & Int(0xffff)) < lower));
  }
  /// Even and odd lanes keep to registers of 64-bit lanes for all ten rounds; their upper halves hold what is no longer
  /// needed.
  LANES_INLINE static Words philox(const RoundKeys& key, Int c0, Int c1, Int c2, Int c3) {
    const __m128i factor0 = _mm_set1_epi64x(0xD2511F53), factor1 = _mm_set1_epi64x(0xCD9E8D57);
    __m128i even[4] = {c0.v, c1.v, c2.v, c3.v};
    __m128i odd[4] = {_mm_srli_epi64(c0.v, 32), _mm_srli_epi64(c1.v, 32), _mm_srli_epi64(c2.v, 32),
                      _mm_srli_epi64(c3.v, 32)};
#pragma GCC unroll 10
    for (int round = 0; round < 10; ++round) {
      const __m128i k0 = _mm_set1_epi64x(static_cast<std::int64_t>(key[round][0])),
                    k1 = _mm_set1_epi64x(static_cast<std::int64_t>(key[round][1]));
      philox_round(even, factor0, factor1, k0, k1);
      philox_round(odd, factor0, factor1, k0, k1);
    }
    return {{merge(even[0], odd[0]), merge(even[1], odd[1]), merge(even[2], odd[2]), merge(even[3], odd[3])}};
  }

 private:
  /// Rows to columns.
  LANES_INLINE static Four turned(Real a, Real b, Real c, Real d) {
    const __m128 ab = _mm_unpacklo_ps(a.v, b.v), cd = _mm_unpacklo_ps(c.v, d.v);
    const __m128 ab_high = _mm_unpackhi_ps(a.v, b.v), cd_high = _mm_unpackhi_ps(c.v, d.v);
    return {{Real(_mm_movelh_ps(ab, cd)), Real(_mm_movehl_ps(cd, ab)), Real(_mm_movelh_ps(ab_high, cd_high)),
             Real(_mm_movehl_ps(cd_high, ab_high))}};
  }
  LANES_INLINE static void philox_round(__m128i (&c)[4], __m128i factor0, __m128i factor1, __m128i k0, __m128i k1) {
    const __m128i product0 = _mm_mul_epu32(c[0], factor0), product1 = _mm_mul_epu32(c[2], factor1);
    c[0] = _mm_xor_si128(_mm_xor_si128(_mm_srli_epi64(product1, 32), c[1]), k0);
    c[1] = product1;
    c[2] = _mm_xor_si128(_mm_xor_si128(_mm_srli_epi64(product0, 32), c[3]), k1);
    c[3] = product0;
  }
  /// The lower halves of 64-bit lanes, in turn.
  LANES_INLINE static Int merge(__m128i even, __m128i odd) {
    const __m128i lower = _mm_set1_epi64x(0xffffffff);
    return Int(_mm_or_si128(_mm_and_si128(even, lower), _mm_slli_epi64(odd, 32)));
  }
};

}  // namespace sim::lanes_sse2

#undef LANES_INLINE
