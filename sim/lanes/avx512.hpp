// Sixteen replicates side by side in AVX-512 registers (F, DQ, BW, VL). What the operations mean:
// sim/lanes/portable.hpp. For files compiled for that instruction set alone: it includes no inline code of anybody
// else's, and everything in it is inlined or lives in this namespace, so that the linker cannot hand a copy compiled
// here to a machine without it.
#pragma once
#include <immintrin.h>

#include <cstdint>

#include "sim/rng/keys.hpp"

#define LANES_INLINE [[gnu::always_inline]] inline

namespace sim::lanes_avx512 {

/// For intrinsics whose plain form gcc 12 takes for a use of uninitialised memory: the same instruction, without a
/// mask.
inline constexpr __mmask16 all_lanes = 0xffff;
inline constexpr __mmask8 all_pairs = 0xff;

struct Real {
  __m512 v;

  Real() = default;
  LANES_INLINE explicit Real(__m512 own) : v(own) {}
  LANES_INLINE explicit Real(float x) : v(_mm512_set1_ps(x)) {}
};

struct Int {
  __m512i v;

  Int() = default;
  LANES_INLINE explicit Int(__m512i own) : v(own) {}
  LANES_INLINE explicit Int(std::int32_t x) : v(_mm512_set1_epi32(x)) {}
};

struct Mask {
  __mmask16 v;
};

// --- Real ------------------------------------------------------------------------------------------

LANES_INLINE Real operator+(Real a, Real b) { return Real(_mm512_add_ps(a.v, b.v)); }
LANES_INLINE Real operator-(Real a, Real b) { return Real(_mm512_sub_ps(a.v, b.v)); }
LANES_INLINE Real operator*(Real a, Real b) { return Real(_mm512_mul_ps(a.v, b.v)); }
LANES_INLINE Real operator/(Real a, Real b) { return Real(_mm512_div_ps(a.v, b.v)); }
LANES_INLINE Mask operator<(Real a, Real b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)}; }
LANES_INLINE Mask operator>(Real a, Real b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ)}; }
LANES_INLINE Mask operator<=(Real a, Real b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LE_OQ)}; }
LANES_INLINE Mask operator>=(Real a, Real b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_GE_OQ)}; }
LANES_INLINE Mask operator==(Real a, Real b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ)}; }
LANES_INLINE Real min(Real a, Real b) { return Real(_mm512_maskz_min_ps(all_lanes, a.v, b.v)); }  // a < b ? a : b
LANES_INLINE Real max(Real a, Real b) { return Real(_mm512_maskz_max_ps(all_lanes, a.v, b.v)); }  // a > b ? a : b
LANES_INLINE Real sqrt(Real a) { return Real(_mm512_maskz_sqrt_ps(all_lanes, a.v)); }
LANES_INLINE Int bits_of(Real a) { return Int(_mm512_castps_si512(a.v)); }

// --- Int -------------------------------------------------------------------------------------------

LANES_INLINE Int operator+(Int a, Int b) { return Int(_mm512_add_epi32(a.v, b.v)); }
LANES_INLINE Int operator-(Int a, Int b) { return Int(_mm512_sub_epi32(a.v, b.v)); }
LANES_INLINE Int operator-(Int a) { return Int(0) - a; }
LANES_INLINE Int operator&(Int a, Int b) { return Int(_mm512_and_si512(a.v, b.v)); }
LANES_INLINE Int operator|(Int a, Int b) { return Int(_mm512_or_si512(a.v, b.v)); }
LANES_INLINE Int operator^(Int a, Int b) { return Int(_mm512_xor_si512(a.v, b.v)); }
LANES_INLINE Mask operator==(Int a, Int b) { return {_mm512_cmpeq_epi32_mask(a.v, b.v)}; }
LANES_INLINE Mask operator<(Int a, Int b) { return {_mm512_cmplt_epi32_mask(a.v, b.v)}; }
LANES_INLINE Mask operator>(Int a, Int b) { return {_mm512_cmpgt_epi32_mask(a.v, b.v)}; }
LANES_INLINE Int add_bits(Int a, Int b) { return a + b; }
LANES_INLINE Int add_bits(Int a, std::int32_t b) { return a + Int(b); }
// The shift intrinsics of gcc want a literal; the operator takes a variable and becomes the same instruction.
LANES_INLINE Int shift_left(Int a, int n) {
  return Int(reinterpret_cast<__m512i>(reinterpret_cast<__v16su>(a.v) << n));
}
LANES_INLINE Int arithmetic_shift_right(Int a, int n) {
  return Int(reinterpret_cast<__m512i>(reinterpret_cast<__v16si>(a.v) >> n));
}
LANES_INLINE Int logical_shift_right(Int a, int n) {
  return Int(reinterpret_cast<__m512i>(reinterpret_cast<__v16su>(a.v) >> n));
}
LANES_INLINE Real from_bits(Int a) { return Real(_mm512_castsi512_ps(a.v)); }
LANES_INLINE Real to_real(Int a) { return Real(_mm512_maskz_cvtepi32_ps(all_lanes, a.v)); }

// --- Mask ------------------------------------------------------------------------------------------

LANES_INLINE Mask operator&(Mask a, Mask b) { return {_kand_mask16(a.v, b.v)}; }
LANES_INLINE Mask operator|(Mask a, Mask b) { return {_kor_mask16(a.v, b.v)}; }
LANES_INLINE Mask operator!(Mask a) { return {_knot_mask16(a.v)}; }
LANES_INLINE Mask and_not(Mask a, Mask b) { return {_kandn_mask16(b.v, a.v)}; }
LANES_INLINE std::uint32_t bits(Mask a) { return _cvtmask16_u32(a.v); }
LANES_INLINE bool any(Mask a) { return bits(a) != 0; }
LANES_INLINE bool all(Mask a) { return bits(a) == all_lanes; }
LANES_INLINE Real select(Mask which, Real yes, Real no) { return Real(_mm512_mask_blend_ps(which.v, no.v, yes.v)); }
LANES_INLINE Int select(Mask which, Int yes, Int no) { return Int(_mm512_mask_blend_epi32(which.v, no.v, yes.v)); }

// --- memory and luck -------------------------------------------------------------------------------

struct Lanes {
  static constexpr int width = 16;
  using Real = lanes_avx512::Real;
  using Int = lanes_avx512::Int;
  using Mask = lanes_avx512::Mask;

  struct Words {
    Int word[4];
    LANES_INLINE Int operator[](int i) const { return word[i]; }
  };

  LANES_INLINE static Int iota() {
    return Int(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  }
  LANES_INLINE static Mask mask_from_bits(std::uint32_t bits) { return {static_cast<__mmask16>(bits)}; }

  LANES_INLINE static Real load(const float* from) { return Real(_mm512_loadu_ps(from)); }
  LANES_INLINE static Int load_int(const std::int32_t* from) { return Int(_mm512_loadu_si512(from)); }
  LANES_INLINE static void store(float* to, Real a) { _mm512_storeu_ps(to, a.v); }
  LANES_INLINE static void store_int(std::int32_t* to, Int a) { _mm512_storeu_si512(to, a.v); }

  LANES_INLINE static Real gather(const float* base, Int index, Mask where, Real otherwise) {
    return Real(_mm512_mask_i32gather_ps(otherwise.v, where.v, index.v, base, 4));
  }
  LANES_INLINE static Int gather_int(const std::int32_t* base, Int index, Mask where, Int otherwise) {
    return Int(_mm512_mask_i32gather_epi32(otherwise.v, where.v, index.v, base, 4));
  }
  LANES_INLINE static Real gather(const float* base, Int index) {
    return gather(base, index, Mask{all_lanes}, Real(0.0f));
  }
  LANES_INLINE static Int gather_int(const std::int32_t* base, Int index) {
    return gather_int(base, index, Mask{all_lanes}, Int(0));
  }
  LANES_INLINE static void scatter(float* base, Int index, Real a, Mask where) {
    _mm512_mask_i32scatter_ps(base, where.v, index.v, a.v, 4);
  }
  LANES_INLINE static void scatter_int(std::int32_t* base, Int index, Int a, Mask where) {
    _mm512_mask_i32scatter_epi32(base, where.v, index.v, a.v, 4);
  }

  struct Eight {
    __m512d sum = _mm512_setzero_pd();
    LANES_INLINE void add(int, Real a) {
      const __m512d first = _mm512_maskz_cvtps_pd(all_pairs, _mm512_maskz_extractf32x8_ps(all_pairs, a.v, 0));
      const __m512d second = _mm512_maskz_cvtps_pd(all_pairs, _mm512_maskz_extractf32x8_ps(all_pairs, a.v, 1));
      sum = _mm512_add_pd(_mm512_add_pd(sum, first), second);
    }
    LANES_INLINE double all() const {
      const __m512d pairs = _mm512_add_pd(sum, _mm512_maskz_permute_pd(all_pairs, sum, 0x55));
      const __m512d fours = _mm512_add_pd(pairs, _mm512_maskz_permutex_pd(all_pairs, pairs, 0x4e));
      const __m128d first = _mm512_maskz_extractf64x2_pd(all_pairs, fours, 0),
                    second = _mm512_maskz_extractf64x2_pd(all_pairs, fours, 2);
      return _mm_cvtsd_f64(_mm_add_sd(first, second));
    }
  };

  /// Indices one by one; they are not negative, which spares extending their sign.
  struct Elements {
    std::uint32_t at[width];
    LANES_INLINE explicit Elements(Int index) { _mm512_storeu_si512(at, index.v); }
    LANES_INLINE std::uint32_t operator[](int i) const { return at[i]; }
  };
  struct Four {
    Real four[4];
    LANES_INLINE Real& operator[](int i) { return four[i]; }
    LANES_INLINE const Real& operator[](int i) const { return four[i]; }
  };
  LANES_INLINE static Four load_four(const float* base, Int index) {
    const Elements at(index);
    const auto every_fourth = [&](int i) {
      __m512 row = _mm512_castps128_ps512(_mm_loadu_ps(base + at[i]));
      row = _mm512_maskz_insertf32x4(all_lanes, row, _mm_loadu_ps(base + at[i + 4]), 1);
      row = _mm512_maskz_insertf32x4(all_lanes, row, _mm_loadu_ps(base + at[i + 8]), 2);
      return Real(_mm512_maskz_insertf32x4(all_lanes, row, _mm_loadu_ps(base + at[i + 12]), 3));
    };
    return turned(every_fourth(0), every_fourth(1), every_fourth(2), every_fourth(3));
  }
  /// Lanes that are off repeat the first that is on, which takes less time than going round them.
  LANES_INLINE static void store_four(float* base, Int index, const Four& a, Mask where) {
    if (!any(where)) return;
    const Int from = select(where, iota(), Int(__builtin_ctz(bits(where))));
    const auto moved = [&](Real x) { return Real(_mm512_maskz_permutexvar_ps(all_lanes, from.v, x.v)); };
    const Elements at(Int(_mm512_maskz_permutexvar_epi32(all_lanes, from.v, index.v)));
    const Four turn = turned(moved(a[0]), moved(a[1]), moved(a[2]), moved(a[3]));
    for (int i = 0; i < 4; ++i) {
      const __m512 row = turn[i].v;
      _mm_storeu_ps(base + at[i], _mm512_maskz_extractf32x4_ps(all_pairs, row, 0));
      _mm_storeu_ps(base + at[i + 4], _mm512_maskz_extractf32x4_ps(all_pairs, row, 1));
      _mm_storeu_ps(base + at[i + 8], _mm512_maskz_extractf32x4_ps(all_pairs, row, 2));
      _mm_storeu_ps(base + at[i + 12], _mm512_maskz_extractf32x4_ps(all_pairs, row, 3));
    }
  }
  // To a register first: to memory the instruction is slow on some machines.
  LANES_INLINE static int pack(std::int32_t* to, Int a, Mask where) {
    store_int(to, Int(_mm512_maskz_compress_epi32(where.v, a.v)));
    return __builtin_popcount(bits(where));
  }
  LANES_INLINE static int list(std::uint64_t set, std::int32_t first, std::int32_t* to) {
    if (set == 0) return 0;
    int n = 0;
    Int lane = iota() + Int(first);
    for (int i = 0; i < 4; ++i, set >>= width, lane = lane + Int(width))
      n += pack(to + n, lane, mask_from_bits(static_cast<std::uint32_t>(set & 0xffff)));
    return n;
  }
  LANES_INLINE static std::uint64_t of_rank(std::uint64_t ranks, std::uint64_t set) { return _pdep_u64(ranks, set); }

  LANES_INLINE static Int single_bit(Int n) { return Int(_mm512_maskz_sllv_epi32(all_lanes, Int(1).v, n.v)); }
  LANES_INLINE static Mask less_unsigned(Int a, Int b) { return {_mm512_cmplt_epu32_mask(a.v, b.v)}; }
  LANES_INLINE static Int multiply_high(Int a, std::uint32_t b) {
    const __m512i factor = _mm512_set1_epi64(b);
    const __m512i even = _mm512_maskz_mul_epu32(all_pairs, a.v, factor);
    const __m512i odd = _mm512_maskz_mul_epu32(all_pairs, _mm512_maskz_srli_epi64(all_pairs, a.v, 32), factor);
    return Int(_mm512_mask_blend_epi32(odd_lanes, _mm512_maskz_srli_epi64(all_pairs, even, 32), odd));
  }
  LANES_INLINE static Int multiply_low(Int a, std::uint32_t b) {
    return Int(_mm512_mullo_epi32(a.v, _mm512_set1_epi32(static_cast<std::int32_t>(b))));
  }
  LANES_INLINE static Real uniform(Int word) {
    const Real u = to_real(logical_shift_right(word, 8)) * Real(0x1p-24f) + Real(0x1p-25f);
    return min(u, Real(1.0f - 0x1p-24f));
  }
  /// 2^32 itself does not fit a threshold: p = 1 stands apart.
  LANES_INLINE static Mask happens(Int word, Real p) {
    const Int threshold(_mm512_maskz_cvttps_epu32(all_lanes, (p * Real(0x1p32f)).v));
    return less_unsigned(word, threshold) | (p >= Real(1.0f));
  }
  /// Even and odd lanes keep to registers of 64-bit lanes for all ten rounds; their upper halves hold what is no longer
  /// needed.
  LANES_INLINE static Words philox(const RoundKeys& key, Int c0, Int c1, Int c2, Int c3) {
    const __m512i factor0 = _mm512_set1_epi64(0xD2511F53), factor1 = _mm512_set1_epi64(0xCD9E8D57);
    __m512i even[4] = {c0.v, c1.v, c2.v, c3.v};
    __m512i odd[4] = {_mm512_maskz_srli_epi64(all_pairs, c0.v, 32), _mm512_maskz_srli_epi64(all_pairs, c1.v, 32),
                      _mm512_maskz_srli_epi64(all_pairs, c2.v, 32), _mm512_maskz_srli_epi64(all_pairs, c3.v, 32)};
#pragma GCC unroll 10
    for (int round = 0; round < 10; ++round) {
      const __m512i k0 = _mm512_set1_epi64(static_cast<std::int64_t>(key[round][0])),
                    k1 = _mm512_set1_epi64(static_cast<std::int64_t>(key[round][1]));
      philox_round(even, factor0, factor1, k0, k1);
      philox_round(odd, factor0, factor1, k0, k1);
    }
    return {{merge(even[0], odd[0]), merge(even[1], odd[1]), merge(even[2], odd[2]), merge(even[3], odd[3])}};
  }

 private:
  /// Rows to columns in each quarter: lane i of row j becomes lane j of row i.
  LANES_INLINE static Four turned(Real a, Real b, Real c, Real d) {
    const __m512 ab = _mm512_maskz_unpacklo_ps(all_lanes, a.v, b.v), cd = _mm512_maskz_unpacklo_ps(all_lanes, c.v, d.v);
    const __m512 ab_high = _mm512_maskz_unpackhi_ps(all_lanes, a.v, b.v),
                 cd_high = _mm512_maskz_unpackhi_ps(all_lanes, c.v, d.v);
    return {{Real(_mm512_maskz_shuffle_ps(all_lanes, ab, cd, 0x44)),
             Real(_mm512_maskz_shuffle_ps(all_lanes, ab, cd, 0xee)),
             Real(_mm512_maskz_shuffle_ps(all_lanes, ab_high, cd_high, 0x44)),
             Real(_mm512_maskz_shuffle_ps(all_lanes, ab_high, cd_high, 0xee))}};
  }
  static constexpr __mmask16 odd_lanes = 0xaaaa;

  LANES_INLINE static void philox_round(__m512i (&c)[4], __m512i factor0, __m512i factor1, __m512i k0, __m512i k1) {
    const __m512i product0 = _mm512_maskz_mul_epu32(all_pairs, c[0], factor0);
    const __m512i product1 = _mm512_maskz_mul_epu32(all_pairs, c[2], factor1);
    c[0] = _mm512_xor_si512(_mm512_xor_si512(_mm512_maskz_srli_epi64(all_pairs, product1, 32), c[1]), k0);
    c[1] = product1;
    c[2] = _mm512_xor_si512(_mm512_xor_si512(_mm512_maskz_srli_epi64(all_pairs, product0, 32), c[3]), k1);
    c[3] = product0;
  }
  LANES_INLINE static Int merge(__m512i even, __m512i odd) {
    return Int(_mm512_mask_blend_epi32(odd_lanes, even, _mm512_maskz_slli_epi64(all_pairs, odd, 32)));
  }
};

}  // namespace sim::lanes_avx512

#undef LANES_INLINE
