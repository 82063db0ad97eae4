// Eight replicates side by side in AVX2 registers. What the operations mean: sim/lanes/portable.hpp.
// For files compiled for that instruction set alone: it includes no inline code of anybody else's, and everything in it
// is inlined or lives in this namespace, so that the linker cannot hand a copy compiled here to a machine without it.
#pragma once
#include <immintrin.h>

#include <cstdint>

#include "sim/rng/keys.hpp"

#define LANES_INLINE [[gnu::always_inline]] inline

namespace sim::lanes_avx2 {

struct Real {
  __m256 v;

  Real() = default;
  LANES_INLINE explicit Real(__m256 own) : v(own) {}
  LANES_INLINE explicit Real(float x) : v(_mm256_set1_ps(x)) {}
};

struct Int {
  __m256i v;

  Int() = default;
  LANES_INLINE explicit Int(__m256i own) : v(own) {}
  LANES_INLINE explicit Int(std::int32_t x) : v(_mm256_set1_epi32(x)) {}
};

/// All bits of a lane are set, or none.
struct Mask {
  __m256 v;

  Mask() = default;
  LANES_INLINE explicit Mask(__m256 own) : v(own) {}
  LANES_INLINE explicit Mask(__m256i own) : v(_mm256_castsi256_ps(own)) {}
};

// --- Real ------------------------------------------------------------------------------------------

LANES_INLINE Real operator+(Real a, Real b) { return Real(_mm256_add_ps(a.v, b.v)); }
LANES_INLINE Real operator-(Real a, Real b) { return Real(_mm256_sub_ps(a.v, b.v)); }
LANES_INLINE Real operator*(Real a, Real b) { return Real(_mm256_mul_ps(a.v, b.v)); }
LANES_INLINE Real operator/(Real a, Real b) { return Real(_mm256_div_ps(a.v, b.v)); }
LANES_INLINE Mask operator<(Real a, Real b) { return Mask(_mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ)); }
LANES_INLINE Mask operator>(Real a, Real b) { return Mask(_mm256_cmp_ps(a.v, b.v, _CMP_GT_OQ)); }
LANES_INLINE Mask operator<=(Real a, Real b) { return Mask(_mm256_cmp_ps(a.v, b.v, _CMP_LE_OQ)); }
LANES_INLINE Mask operator>=(Real a, Real b) { return Mask(_mm256_cmp_ps(a.v, b.v, _CMP_GE_OQ)); }
LANES_INLINE Mask operator==(Real a, Real b) { return Mask(_mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ)); }
LANES_INLINE Real min(Real a, Real b) { return Real(_mm256_min_ps(a.v, b.v)); }  // a < b ? a : b
LANES_INLINE Real max(Real a, Real b) { return Real(_mm256_max_ps(a.v, b.v)); }  // a > b ? a : b
LANES_INLINE Real sqrt(Real a) { return Real(_mm256_sqrt_ps(a.v)); }
LANES_INLINE Int bits_of(Real a) { return Int(_mm256_castps_si256(a.v)); }

// --- Int -------------------------------------------------------------------------------------------

LANES_INLINE Int operator+(Int a, Int b) { return Int(_mm256_add_epi32(a.v, b.v)); }
LANES_INLINE Int operator-(Int a, Int b) { return Int(_mm256_sub_epi32(a.v, b.v)); }
LANES_INLINE Int operator-(Int a) { return Int(0) - a; }
LANES_INLINE Int operator&(Int a, Int b) { return Int(_mm256_and_si256(a.v, b.v)); }
LANES_INLINE Int operator|(Int a, Int b) { return Int(_mm256_or_si256(a.v, b.v)); }
LANES_INLINE Int operator^(Int a, Int b) { return Int(_mm256_xor_si256(a.v, b.v)); }
LANES_INLINE Mask operator==(Int a, Int b) { return Mask(_mm256_cmpeq_epi32(a.v, b.v)); }
LANES_INLINE Mask operator<(Int a, Int b) { return Mask(_mm256_cmpgt_epi32(b.v, a.v)); }
LANES_INLINE Mask operator>(Int a, Int b) { return Mask(_mm256_cmpgt_epi32(a.v, b.v)); }
LANES_INLINE Int add_bits(Int a, Int b) { return a + b; }
LANES_INLINE Int add_bits(Int a, std::int32_t b) { return a + Int(b); }
LANES_INLINE Int shift_left(Int a, int n) { return Int(_mm256_slli_epi32(a.v, n)); }
LANES_INLINE Int arithmetic_shift_right(Int a, int n) { return Int(_mm256_srai_epi32(a.v, n)); }
LANES_INLINE Int logical_shift_right(Int a, int n) { return Int(_mm256_srli_epi32(a.v, n)); }
LANES_INLINE Real from_bits(Int a) { return Real(_mm256_castsi256_ps(a.v)); }
LANES_INLINE Real to_real(Int a) { return Real(_mm256_cvtepi32_ps(a.v)); }

// --- Mask ------------------------------------------------------------------------------------------

LANES_INLINE Mask operator&(Mask a, Mask b) { return Mask(_mm256_and_ps(a.v, b.v)); }
LANES_INLINE Mask operator|(Mask a, Mask b) { return Mask(_mm256_or_ps(a.v, b.v)); }
LANES_INLINE Mask and_not(Mask a, Mask b) { return Mask(_mm256_andnot_ps(b.v, a.v)); }
LANES_INLINE Mask operator!(Mask a) { return and_not(Mask(_mm256_set1_epi32(-1)), a); }
LANES_INLINE std::uint32_t bits(Mask a) { return static_cast<std::uint32_t>(_mm256_movemask_ps(a.v)); }
LANES_INLINE bool any(Mask a) { return bits(a) != 0; }
LANES_INLINE bool all(Mask a) { return bits(a) == 0xff; }
LANES_INLINE Real select(Mask which, Real yes, Real no) { return Real(_mm256_blendv_ps(no.v, yes.v, which.v)); }
LANES_INLINE Int select(Mask which, Int yes, Int no) { return bits_of(select(which, from_bits(yes), from_bits(no))); }

// --- memory and luck -------------------------------------------------------------------------------

struct Lanes {
  static constexpr int width = 8;
  using Real = lanes_avx2::Real;
  using Int = lanes_avx2::Int;
  using Mask = lanes_avx2::Mask;

  struct Words {
    Int word[4];
    LANES_INLINE Int operator[](int i) const { return word[i]; }
  };

  LANES_INLINE static Int iota() { return Int(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)); }
  LANES_INLINE static Mask mask_from_bits(std::uint32_t bits) {
    const Int own_bit(_mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128));
    return (Int(static_cast<std::int32_t>(bits)) & own_bit) == own_bit;
  }

  LANES_INLINE static Real load(const float* from) { return Real(_mm256_loadu_ps(from)); }
  LANES_INLINE static Int load_int(const std::int32_t* from) {
    return Int(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
  }
  LANES_INLINE static void store(float* to, Real a) { _mm256_storeu_ps(to, a.v); }
  LANES_INLINE static void store_int(std::int32_t* to, Int a) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), a.v);
  }

  // Plain loads: the gather instruction is no faster on the machines measured, and emulators get it wrong (qemu 7.2).
  LANES_INLINE static Real gather(const float* base, Int index) {
    std::int32_t at[width];
    store_int(at, index);
    return Real(_mm256_setr_ps(base[at[0]], base[at[1]], base[at[2]], base[at[3]], base[at[4]], base[at[5]],
                               base[at[6]], base[at[7]]));
  }
  LANES_INLINE static Int gather_int(const std::int32_t* base, Int index) {
    std::int32_t at[width];
    store_int(at, index);
    return Int(_mm256_setr_epi32(base[at[0]], base[at[1]], base[at[2]], base[at[3]], base[at[4]], base[at[5]],
                                 base[at[6]], base[at[7]]));
  }
  LANES_INLINE static Real gather(const float* base, Int index, Mask where, Real otherwise) {
    return bits(where) == 0 ? otherwise : select(where, gather(base, first_where_off(index, where)), otherwise);
  }
  LANES_INLINE static Int gather_int(const std::int32_t* base, Int index, Mask where, Int otherwise) {
    return bits(where) == 0 ? otherwise : select(where, gather_int(base, first_where_off(index, where)), otherwise);
  }
  LANES_INLINE static void scatter(float* base, Int index, Real a, Mask where) {
    std::int32_t at[width];
    float from[width];
    store_int(at, index);
    store(from, a);
    for (std::uint32_t left = bits(where); left != 0; left &= left - 1) {
      const int i = __builtin_ctz(left);
      base[at[i]] = from[i];
    }
  }
  LANES_INLINE static void scatter_int(std::int32_t* base, Int index, Int a, Mask where) {
    std::int32_t at[width], from[width];
    store_int(at, index);
    store_int(from, a);
    for (std::uint32_t left = bits(where); left != 0; left &= left - 1) {
      const int i = __builtin_ctz(left);
      base[at[i]] = from[i];
    }
  }

  struct Eight {
    __m256d first = _mm256_setzero_pd(), second = _mm256_setzero_pd();
    LANES_INLINE void add(int, Real a) {
      first = _mm256_add_pd(first, _mm256_cvtps_pd(_mm256_castps256_ps128(a.v)));
      second = _mm256_add_pd(second, _mm256_cvtps_pd(_mm256_extractf128_ps(a.v, 1)));
    }
    LANES_INLINE double all() const {
      const __m256d pairs = _mm256_hadd_pd(first, second);
      const __m128d fours = _mm_add_pd(_mm256_castpd256_pd128(pairs), _mm256_extractf128_pd(pairs, 1));
      return _mm_cvtsd_f64(_mm_add_sd(fours, _mm_unpackhi_pd(fours, fours)));
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
    const auto pair = [&](int i) {
      return Real(
          _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(base + at[i])), _mm_loadu_ps(base + at[i + 4]), 1));
    };
    return turned(pair(0), pair(1), pair(2), pair(3));
  }
  /// Lanes that are off repeat the first that is on, which takes less time than going round them.
  LANES_INLINE static void store_four(float* base, Int index, const Four& a, Mask where) {
    if (!any(where)) return;
    const Int from = select(where, iota(), Int(__builtin_ctz(bits(where))));
    const auto moved = [&](Real x) { return Real(_mm256_permutevar8x32_ps(x.v, from.v)); };
    std::int32_t at[width];
    store_int(at, Int(_mm256_permutevar8x32_epi32(index.v, from.v)));
    const Four turn = turned(moved(a[0]), moved(a[1]), moved(a[2]), moved(a[3]));
    for (int i = 0; i < 4; ++i) {
      _mm_storeu_ps(base + at[i], _mm256_castps256_ps128(turn[i].v));
      _mm_storeu_ps(base + at[i + 4], _mm256_extractf128_ps(turn[i].v, 1));
    }
  }
  LANES_INLINE static int pack(std::int32_t* to, Int a, Mask where) {
    const std::uint32_t wanted = bits(where);
    const std::uint64_t bytes = _pdep_u64(wanted, 0x0101010101010101) * 0xff;
    const std::uint64_t from = _pext_u64(0x0706050403020100, bytes);
    const __m256i order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(static_cast<std::int64_t>(from)));
    store_int(to, Int(_mm256_permutevar8x32_epi32(a.v, order)));
    return __builtin_popcount(wanted);
  }
  LANES_INLINE static int list(std::uint64_t set, std::int32_t first, std::int32_t* to) {
    int n = 0;
    if (__builtin_popcountll(set) < width) {  // few are faster found one by one
      for (; set != 0; set &= set - 1) to[n++] = first + __builtin_ctzll(set);
      return n;
    }
    for (Int lane = iota() + Int(first); set != 0; set >>= width, lane = lane + Int(width))
      n += pack(to + n, lane, mask_from_bits(static_cast<std::uint32_t>(set & 0xff)));
    return n;
  }
  LANES_INLINE static std::uint64_t of_rank(std::uint64_t ranks, std::uint64_t set) { return _pdep_u64(ranks, set); }

  LANES_INLINE static Int single_bit(Int n) { return Int(_mm256_sllv_epi32(Int(1).v, n.v)); }
  LANES_INLINE static Mask less_unsigned(Int a, Int b) {
    const Int sign(INT32_MIN);
    return (a ^ sign) < (b ^ sign);
  }
  LANES_INLINE static Int multiply_high(Int a, std::uint32_t b) {
    const __m256i factor = _mm256_set1_epi64x(b);
    const __m256i even = _mm256_mul_epu32(a.v, factor), odd = _mm256_mul_epu32(_mm256_srli_epi64(a.v, 32), factor);
    return Int(_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xaa));
  }
  LANES_INLINE static Int multiply_low(Int a, std::uint32_t b) {
    return Int(_mm256_mullo_epi32(a.v, _mm256_set1_epi32(static_cast<std::int32_t>(b))));
  }
  LANES_INLINE static Real uniform(Int word) {
    const Real u = to_real(logical_shift_right(word, 8)) * Real(0x1p-24f) + Real(0x1p-25f);
    return min(u, Real(1.0f - 0x1p-24f));
  }
  /// The threshold is cut to its upper 16 bits and the rest, both exact; p = 1 gives an upper part above every word's.
  LANES_INLINE static Mask happens(Int word, Real p) {
    const Real scaled = p * Real(0x1p16f);
    const Int upper(_mm256_cvttps_epi32(scaled.v));
    const Int lower(_mm256_cvttps_epi32(((scaled - to_real(upper)) * Real(0x1p16f)).v));
    const Int word_upper = logical_shift_right(word, 16);
    return (word_upper < upper) | ((word_upper == upper) & ((word & Int(0xffff)) < lower));
  }
  /// Even and odd lanes keep to registers of 64-bit lanes for all ten rounds; their upper halves hold what is no longer
  /// needed.
  LANES_INLINE static Words philox(const RoundKeys& key, Int c0, Int c1, Int c2, Int c3) {
    const __m256i factor0 = _mm256_set1_epi64x(0xD2511F53), factor1 = _mm256_set1_epi64x(0xCD9E8D57);
    __m256i even[4] = {c0.v, c1.v, c2.v, c3.v};
    __m256i odd[4] = {_mm256_srli_epi64(c0.v, 32), _mm256_srli_epi64(c1.v, 32), _mm256_srli_epi64(c2.v, 32),
                      _mm256_srli_epi64(c3.v, 32)};
#pragma GCC unroll 10
    for (int round = 0; round < 10; ++round) {
      const __m256i k0 = _mm256_set1_epi64x(static_cast<std::int64_t>(key[round][0])),
                    k1 = _mm256_set1_epi64x(static_cast<std::int64_t>(key[round][1]));
      philox_round(even, factor0, factor1, k0, k1);
      philox_round(odd, factor0, factor1, k0, k1);
    }
    return {{merge(even[0], odd[0]), merge(even[1], odd[1]), merge(even[2], odd[2]), merge(even[3], odd[3])}};
  }

 private:
  /// Rows to columns in each half: lane i of row j becomes lane j of row i.
  LANES_INLINE static Four turned(Real a, Real b, Real c, Real d) {
    const __m256 ab = _mm256_unpacklo_ps(a.v, b.v), cd = _mm256_unpacklo_ps(c.v, d.v);
    const __m256 ab_high = _mm256_unpackhi_ps(a.v, b.v), cd_high = _mm256_unpackhi_ps(c.v, d.v);
    return {{Real(_mm256_shuffle_ps(ab, cd, 0x44)), Real(_mm256_shuffle_ps(ab, cd, 0xee)),
             Real(_mm256_shuffle_ps(ab_high, cd_high, 0x44)), Real(_mm256_shuffle_ps(ab_high, cd_high, 0xee))}};
  }
  /// The index, and where the mask is off that of the first lane where it is on.
  LANES_INLINE static Int first_where_off(Int index, Mask where) {
    std::int32_t at[width];
    store_int(at, index);
    return select(where, index, Int(at[__builtin_ctz(bits(where))]));
  }
  LANES_INLINE static void philox_round(__m256i (&c)[4], __m256i factor0, __m256i factor1, __m256i k0, __m256i k1) {
    const __m256i product0 = _mm256_mul_epu32(c[0], factor0), product1 = _mm256_mul_epu32(c[2], factor1);
    c[0] = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(product1, 32), c[1]), k0);
    c[1] = product1;
    c[2] = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(product0, 32), c[3]), k1);
    c[3] = product0;
  }
  LANES_INLINE static Int merge(__m256i even, __m256i odd) {
    return Int(_mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xaa));
  }
};

}  // namespace sim::lanes_avx2

#undef LANES_INLINE
