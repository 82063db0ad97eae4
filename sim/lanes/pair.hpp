// Two registers of another lanes type side by side, for long lists: while one waits for a result the other goes on.
// What the operations mean: sim/lanes/portable.hpp. Like the type it doubles, for files compiled for one instruction
// set alone.
#pragma once
#include <cstdint>

#include "sim/rng/keys.hpp"

#define LANES_INLINE [[gnu::always_inline]] inline

namespace sim::lanes_pair {

template <class One>
struct Real {
  typename One::Real first, second;

  Real() = default;
  LANES_INLINE Real(typename One::Real a, typename One::Real b) : first(a), second(b) {}
  LANES_INLINE explicit Real(float x) : first(x), second(x) {}
};

template <class One>
struct Int {
  typename One::Int first, second;

  Int() = default;
  LANES_INLINE Int(typename One::Int a, typename One::Int b) : first(a), second(b) {}
  LANES_INLINE explicit Int(std::int32_t x) : first(x), second(x) {}
};

template <class One>
struct Mask {
  typename One::Mask first, second;
};

#define LANES_OPERATOR(Out, In, op)                         \
  template <class One>                                      \
  LANES_INLINE Out<One> operator op(In<One> a, In<One> b) { \
    return {a.first op b.first, a.second op b.second};      \
  }
#define LANES_CALL(Out, In, f)         \
  template <class One>                 \
  LANES_INLINE Out<One> f(In<One> a) { \
    return {f(a.first), f(a.second)};  \
  }
#define LANES_CALL_OF_TWO(Out, In, f)                    \
  template <class One>                                   \
  LANES_INLINE Out<One> f(In<One> a, In<One> b) {        \
    return {f(a.first, b.first), f(a.second, b.second)}; \
  }
#define LANES_SHIFT(f)                         \
  template <class One>                         \
  LANES_INLINE Int<One> f(Int<One> a, int n) { \
    return {f(a.first, n), f(a.second, n)};    \
  }

LANES_OPERATOR(Real, Real, +)
LANES_OPERATOR(Real, Real, -)
LANES_OPERATOR(Real, Real, *)
LANES_OPERATOR(Real, Real, /)
LANES_OPERATOR(Mask, Real, <)
LANES_OPERATOR(Mask, Real, >)
LANES_OPERATOR(Mask, Real, <=)
LANES_OPERATOR(Mask, Real, >=)
LANES_OPERATOR(Mask, Real, ==)
LANES_CALL_OF_TWO(Real, Real, min)
LANES_CALL_OF_TWO(Real, Real, max)
LANES_CALL(Real, Real, sqrt)
LANES_CALL(Int, Real, bits_of)

LANES_OPERATOR(Int, Int, +)
LANES_OPERATOR(Int, Int, -)
LANES_OPERATOR(Int, Int, &)
LANES_OPERATOR(Int, Int, |)
LANES_OPERATOR(Int, Int, ^)
LANES_OPERATOR(Mask, Int, ==)
LANES_OPERATOR(Mask, Int, <)
LANES_OPERATOR(Mask, Int, >)
LANES_CALL(Int, Int, operator-)
LANES_CALL_OF_TWO(Int, Int, add_bits)
LANES_SHIFT(add_bits)
LANES_SHIFT(shift_left)
LANES_SHIFT(arithmetic_shift_right)
LANES_SHIFT(logical_shift_right)
LANES_CALL(Real, Int, from_bits)
LANES_CALL(Real, Int, to_real)

LANES_OPERATOR(Mask, Mask, &)
LANES_OPERATOR(Mask, Mask, |)
LANES_CALL(Mask, Mask, operator!)
LANES_CALL_OF_TWO(Mask, Mask, and_not)

#undef LANES_OPERATOR
#undef LANES_CALL
#undef LANES_CALL_OF_TWO
#undef LANES_SHIFT

template <class One>
LANES_INLINE std::uint32_t bits(Mask<One> a) {
  return bits(a.first) | bits(a.second) << One::width;
}
template <class One>
LANES_INLINE bool any(Mask<One> a) {
  return any(a.first | a.second);
}
template <class One>
LANES_INLINE bool all(Mask<One> a) {
  return all(a.first & a.second);
}
template <class One>
LANES_INLINE Real<One> select(Mask<One> which, Real<One> yes, Real<One> no) {
  return {select(which.first, yes.first, no.first), select(which.second, yes.second, no.second)};
}
template <class One>
LANES_INLINE Int<One> select(Mask<One> which, Int<One> yes, Int<One> no) {
  return {select(which.first, yes.first, no.first), select(which.second, yes.second, no.second)};
}

template <class One>
struct Lanes {
  static constexpr int width = 2 * One::width;
  static_assert(width <= 32);  // a bit each
  using Real = lanes_pair::Real<One>;
  using Int = lanes_pair::Int<One>;
  using Mask = lanes_pair::Mask<One>;

  struct Words {
    typename One::Words first, second;
    LANES_INLINE Int operator[](int i) const { return {first[i], second[i]}; }
  };

  LANES_INLINE static Int iota() { return {One::iota(), One::iota() + typename One::Int(One::width)}; }
  LANES_INLINE static Mask mask_from_bits(std::uint32_t bits) {
    return {One::mask_from_bits(bits), One::mask_from_bits(bits >> One::width)};
  }

  LANES_INLINE static Real load(const float* from) { return {One::load(from), One::load(from + One::width)}; }
  LANES_INLINE static Int load_int(const std::int32_t* from) {
    return {One::load_int(from), One::load_int(from + One::width)};
  }
  LANES_INLINE static void store(float* to, Real a) {
    One::store(to, a.first);
    One::store(to + One::width, a.second);
  }
  LANES_INLINE static void store_int(std::int32_t* to, Int a) {
    One::store_int(to, a.first);
    One::store_int(to + One::width, a.second);
  }

  LANES_INLINE static Real gather(const float* base, Int index) {
    return {One::gather(base, index.first), One::gather(base, index.second)};
  }
  LANES_INLINE static Int gather_int(const std::int32_t* base, Int index) {
    return {One::gather_int(base, index.first), One::gather_int(base, index.second)};
  }
  LANES_INLINE static Real gather(const float* base, Int index, Mask where, Real otherwise) {
    return {One::gather(base, index.first, where.first, otherwise.first),
            One::gather(base, index.second, where.second, otherwise.second)};
  }
  LANES_INLINE static Int gather_int(const std::int32_t* base, Int index, Mask where, Int otherwise) {
    return {One::gather_int(base, index.first, where.first, otherwise.first),
            One::gather_int(base, index.second, where.second, otherwise.second)};
  }
  LANES_INLINE static void scatter(float* base, Int index, Real a, Mask where) {
    One::scatter(base, index.first, a.first, where.first);
    One::scatter(base, index.second, a.second, where.second);
  }
  LANES_INLINE static void scatter_int(std::int32_t* base, Int index, Int a, Mask where) {
    One::scatter_int(base, index.first, a.first, where.first);
    One::scatter_int(base, index.second, a.second, where.second);
  }

  struct Eight {
    typename One::Eight eight;
    LANES_INLINE void add(int at, Real a) {
      eight.add(at, a.first);
      eight.add(at + One::width, a.second);
    }
    LANES_INLINE double all() const { return eight.all(); }
  };

  struct Four {
    Real four[4];
    LANES_INLINE Real& operator[](int i) { return four[i]; }
    LANES_INLINE const Real& operator[](int i) const { return four[i]; }
  };
  LANES_INLINE static Four load_four(const float* base, Int index) {
    const typename One::Four a = One::load_four(base, index.first), b = One::load_four(base, index.second);
    return {{{a[0], b[0]}, {a[1], b[1]}, {a[2], b[2]}, {a[3], b[3]}}};
  }
  LANES_INLINE static void store_four(float* base, Int index, const Four& a, Mask where) {
    One::store_four(base, index.first, {{a[0].first, a[1].first, a[2].first, a[3].first}}, where.first);
    One::store_four(base, index.second, {{a[0].second, a[1].second, a[2].second, a[3].second}}, where.second);
  }
  LANES_INLINE static int pack(std::int32_t* to, Int a, Mask where) {
    const int n = One::pack(to, a.first, where.first);
    return n + One::pack(to + n, a.second, where.second);
  }
  LANES_INLINE static int list(std::uint64_t set, std::int32_t first, std::int32_t* to) {
    return One::list(set, first, to);
  }
  LANES_INLINE static std::uint64_t of_rank(std::uint64_t ranks, std::uint64_t set) { return One::of_rank(ranks, set); }

  LANES_INLINE static Int single_bit(Int n) { return {One::single_bit(n.first), One::single_bit(n.second)}; }
  LANES_INLINE static Mask less_unsigned(Int a, Int b) {
    return {One::less_unsigned(a.first, b.first), One::less_unsigned(a.second, b.second)};
  }
  LANES_INLINE static Int multiply_high(Int a, std::uint32_t b) {
    return {One::multiply_high(a.first, b), One::multiply_high(a.second, b)};
  }
  LANES_INLINE static Int multiply_low(Int a, std::uint32_t b) {
    return {One::multiply_low(a.first, b), One::multiply_low(a.second, b)};
  }
  LANES_INLINE static Real uniform(Int word) { return {One::uniform(word.first), One::uniform(word.second)}; }
  LANES_INLINE static Mask happens(Int word, Real p) {
    return {One::happens(word.first, p.first), One::happens(word.second, p.second)};
  }
  LANES_INLINE static Words philox(const RoundKeys& key, Int c0, Int c1, Int c2, Int c3) {
    return {One::philox(key, c0.first, c1.first, c2.first, c3.first),
            One::philox(key, c0.second, c1.second, c2.second, c3.second)};
  }
};

}  // namespace sim::lanes_pair

#undef LANES_INLINE
