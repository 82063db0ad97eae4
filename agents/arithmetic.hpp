// The elementary functions of the model. Everything that reaches a result goes through these: they use +, -, *, / and
// sqrt only, in one stated order, so every compiler, optimisation and x86-64 machine gives the same bits
// (agents/ODD.md, "Numerics").
//
// float32, templates over the number (one replicate or many lanes): for the state and the equations.
//   A number type other than float supplies bits_of, from_bits, shift_left, arithmetic_shift_right, to_real, select,
//   min, max, sqrt.
// double, agents::math: for tables computed once before the first replicate.
// Errors measured over the float range: tests/agents/test_arithmetic.cpp.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace agents {

inline std::int32_t bits_of(float x) { return std::bit_cast<std::int32_t>(x); }
inline float from_bits(std::int32_t i) { return std::bit_cast<float>(i); }
inline std::int32_t shift_left(std::int32_t i, int n) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(i) << n);
}
inline std::int32_t arithmetic_shift_right(std::int32_t i, int n) { return i >> n; }
inline std::int32_t add_bits(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}
inline float to_real(std::int32_t i) { return static_cast<float>(i); }
inline float select(bool which, float yes, float no) { return which ? yes : no; }
inline float min(float a, float b) { return a < b ? a : b; }
inline float max(float a, float b) { return a > b ? a : b; }
inline float sqrt(float x) { return std::sqrt(x); }

namespace detail {

/// e^x = 2^n (1 + t): t = e^r - 1 with |r| <= ln2/2, and n in the low bits of `shifted`.
template <class Real>
struct Split {
  Real t;
  Real shifted;
};
template <class Real>
inline Split<Real> split_exp(Real x) {
  static_assert(!std::is_integral_v<Real>, "write 1.0f, not 1");
  const Real magic(12582912.0f);  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
  const Real shifted = x * Real(0x1.715476p0f) + magic;
  const Real n = shifted - magic;
  Real r = x - n * Real(0x1.62e400p-1f);
  r = r - n * Real(0x1.7f7d1cp-20f);
  Real q = Real(0x1.6a244cp-10f) * r + Real(0x1.1239d4p-7f);
  q = q * r + Real(0x1.5558f2p-5f);
  q = q * r + Real(0x1.555492p-3f);
  q = q * r + Real(0x1.fffffcp-2f);
  return {q * (r * r) + r, shifted};
}

}  // namespace detail

/// e^x for x cut to [-87, 87]; at most 1 ulp off.
template <class Real>
inline Real exp(Real x) {
  const auto [t, shifted] = detail::split_exp(min(max(x, Real(-87.0f)), Real(87.0f)));
  return from_bits(add_bits(bits_of(t + Real(1.0f)), shift_left(bits_of(shifted), 23)));
}

/// e^x - 1 for x in [-87, 87], accurate near 0 too.
template <class Real>
inline Real expm1(Real x) {
  const auto [t, shifted] = detail::split_exp(min(max(x, Real(-87.0f)), Real(87.0f)));
  const Real scale = from_bits(add_bits(bits_of(Real(1.0f)), shift_left(bits_of(shifted), 23)));
  return scale * t + (scale - Real(1.0f));
}

/// Natural logarithm of a positive normal number; at most 4.5 ulp off.
template <class Real>
inline Real log(Real x) {
  const auto i = bits_of(x);
  const auto e = arithmetic_shift_right(add_bits(i, -0x3f3504f3), 23);  // x = m 2^e with m in [sqrt(1/2), sqrt(2))
  const Real t = from_bits(add_bits(i, -shift_left(e, 23))) - Real(1.0f);
  Real q = Real(-0x1.a91cc2p-4f) * t + Real(0x1.4e9af2p-3f);
  q = q * t + Real(-0x1.6082aep-3f);
  q = q * t + Real(0x1.973aa8p-3f);
  q = q * t + Real(-0x1.ff6ae4p-3f);
  q = q * t + Real(0x1.555b4cp-2f);
  q = q * t + Real(-0x1.000074p-1f);
  return to_real(e) * Real(0x1.62e430p-1f) + ((t * t) * q + t);
}

/// log(1 + x) for x > -1, accurate near 0 too.
template <class Real>
inline Real log1p(Real x) {
  const Real one(1.0f);
  const Real u = one + x;
  const Real d = u - one;
  return select(d == Real(0.0f), x, log(u) * (x / select(d == Real(0.0f), one, d)));
}

/// 1 / (1 + e^-x).
template <class Real>
inline Real logistic(Real x) {
  return Real(1.0f) / (Real(1.0f) + exp(Real(0.0f) - x));
}

/// 1 - e^-x for x >= 0.
template <class Real>
inline Real one_minus_exp(Real x) {
  return Real(0.0f) - expm1(Real(0.0f) - x);
}

/// The standard normal number below which a share u of (0, 1) lies (Wichura 1988, AS 241, seven figures, without its
/// far tails below 1e-11: the least that `uniform` gives is 2^-25).
template <class Real>
inline Real normal_quantile(Real u) {
  const Real q = u - Real(0.5f);
  const Real a = Real(0.180625f) - q * q;
  const Real centre =
      q * (((Real(59.109374720f) * a + Real(159.29113202f)) * a + Real(50.434271938f)) * a + Real(3.3871327179f)) /
      (((Real(67.187563600f) * a + Real(78.757757664f)) * a + Real(17.895169469f)) * a + Real(1.0f));
  const Real tail_share = select(q < Real(0.0f), u, Real(1.0f) - u);
  const Real r = sqrt(Real(0.0f) - log(tail_share));
  const Real b = r - Real(1.6f);
  const Real tail =
      (((Real(0.17023821103f) * b + Real(1.3067284816f)) * b + Real(2.7568153900f)) * b + Real(1.4234372777f)) /
      ((Real(0.12021132975f) * b + Real(0.73700164250f)) * b + Real(1.0f));
  const Real signed_tail = select(q < Real(0.0f), Real(0.0f) - tail, tail);
  return select(a < Real(0.0f), signed_tail, centre);
}

// --- from 32 random bits ---------------------------------------------------------------------------

/// A uniform number inside (0, 1) with 24 bits, for inversion.
inline float uniform(std::uint32_t word) {
  return min(static_cast<float>(word >> 8) * 0x1p-24f + 0x1p-25f, 1.0f - 0x1p-24f);  // the sum alone can round to 1
}

/// True with probability p in [0, 1]: compares all 32 bits with p 2^32, cut to an integer. p = 1 is certain, p = 0
/// impossible.
inline bool happens(std::uint32_t word, float p) {
  return word < static_cast<std::uint64_t>(static_cast<double>(p) * 4294967296.0);
}

/// Poisson numbers from one word each, by inversion of a 32-bit cumulative table.
class PoissonTable {
 public:
  explicit PoissonTable(double mean = 0);
  std::int32_t operator()(std::uint32_t word) const {
    std::int32_t n = 0;
    while (n < static_cast<std::int32_t>(below_.size()) && word >= below_[static_cast<std::size_t>(n)]) ++n;
    return n;
  }

  const std::vector<std::uint32_t>& below() const { return below_; }

 private:
  std::vector<std::uint32_t> below_;  ///< below_[n]: the words that give n or less
};

/// One of n things with given weights from one word: Walker's alias method, built in a fixed order (Vose 1991). Looks
/// into AliasTables, to which no more is added.
class AliasTable {
 public:
  struct Slot {
    std::uint32_t keep;    ///< of 2^32; a slot that is kept whole has itself for the other
    std::uint32_t things;  ///< own | other << 16
  };

  /// Empty: must not be drawn from.
  AliasTable() = default;
  explicit AliasTable(std::span<const Slot> slots) : slots_(slots) {}
  bool empty() const { return slots_.empty(); }
  std::uint16_t operator()(std::uint32_t word) const {
    const std::uint64_t wide = static_cast<std::uint64_t>(word) * slots_.size();
    const Slot slot = slots_[wide >> 32];
    return static_cast<std::uint16_t>(static_cast<std::uint32_t>(wide) < slot.keep ? slot.things : slot.things >> 16);
  }

 private:
  std::span<const Slot> slots_;
};

/// Tables over the same things, in a row.
class AliasTables {
 public:
  /// Room for so many tables.
  void reserve(std::size_t tables, std::size_t things) { slots_.reserve(tables * things); }
  /// weights >= 0, as many as in the tables before; if none is positive the table is empty.
  void add(const std::vector<double>& weights);
  AliasTable operator[](std::size_t table) const {
    if (table >= exists_.size() || !exists_[table]) return {};
    const std::size_t things = slots_.size() / exists_.size();
    return AliasTable({&slots_[table * things], things});
  }

  const std::vector<AliasTable::Slot>& slots() const { return slots_; }  ///< [table][thing]
  const std::vector<std::int32_t>& exists() const { return exists_; }    ///< [table]: 0 where it is empty, or 1

 private:
  std::vector<AliasTable::Slot> slots_;
  std::vector<std::int32_t> exists_;
};

// --- double, before the first replicate ------------------------------------------------------------

namespace math {
inline constexpr double pi = 3.14159265358979323846;
double exp(double x);
double exp2(double x);
double log(double x);  ///< x > 0, not subnormal
double log10(double x);
double sin(double x);  ///< |x| up to about 1e4
double cos(double x);
double atan2(double y, double x);
double asin(double x);  ///< |x| <= 1
inline double logistic(double x) { return 1.0 / (1.0 + math::exp(-x)); }
}  // namespace math

}  // namespace agents
