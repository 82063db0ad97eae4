// Every operation of a lanes type behind plain functions over arrays, so that a file compiled for an instruction set
// holds those and nothing else. What they should give is worked out in test_lanes.cpp, which any machine can run.
#pragma once
#include <cstdint>

#include "agents/arithmetic.hpp"
#include "agents/court.hpp"
#include "agents/host.hpp"
#include "agents/leader.hpp"
#include "agents/ngo.hpp"
#include "sim/rng/keys.hpp"

namespace lanes_test {

enum class Operation {
  // Real
  add,
  subtract,
  multiply,
  divide,
  less,
  greater,
  at_most,
  at_least,
  equal,
  min,
  max,
  sqrt,
  bits_of,
  broadcast,
  // Int
  int_add,
  int_subtract,
  negate,
  bit_and,
  bit_or,
  bit_xor,
  int_equal,
  int_less,
  int_greater,
  add_bits,
  add_constant,
  left_23,
  left_1,
  arithmetic_23,
  arithmetic_1,
  logical_8,
  logical_31,
  from_bits,
  to_real,
  int_broadcast,
  // Mask
  both,
  either,
  neither,
  first_only,
  select,
  int_select,
  any,
  all,
  through_bits,
  // luck
  single_bit,
  less_unsigned,
  high,
  low,
  uniform,
  happens,
  count
};

enum class Equation {
  exp,
  expm1,
  log,
  log1p,
  logistic,
  one_minus_exp,
  normal_quantile,
  weekly_withdrawal,
  nudge_norm,
  compliance_index,
  refusal_logit,
  arrest_logit,
  expected_logistic,
  sounding_mean,
  sounding_share,
  lesson_share,
  lesson_step,
  utility_of_going,
  utility_of_delegating,
  answer_go,
  answer_delegate,
  p_stay_home,
  campaign_score,
  raised_pressure,
  p_order,
  count
};

/// Lanes of the widest type.
inline constexpr int widest = 32;

/// Four numbers for each lane, as bits; a multiple of the widest.
struct Input {
  const std::int32_t* a;
  const std::int32_t* b;
  const std::int32_t* c;
  const std::int32_t* d;
};

/// What a lanes type offers to the tests.
struct Subject {
  const char* name;
  int width;
  void (*operate)(Operation what, const Input& in, std::int32_t* out, int n);
  void (*solve)(Equation what, const Input& in, std::int32_t* out, int n, const agents::Coefficients& k);
  /// out[4 i + j]: word j of counter (a, b, c, d)[i].
  void (*philox)(const sim::RoundKeys& key, const Input& in, std::int32_t* out, int n);
  /// gather(base, a), and gather(base, a) where b is odd, else c; as Real or as Int.
  void (*gather)(const std::int32_t* base, bool real, bool masked, const Input& in, std::int32_t* out, int n);
  /// base[a] = c where b is odd; as Real or as Int.
  void (*scatter)(std::int32_t* base, bool real, const Input& in, int n);
  /// out[4 i + j] = base[a[i] + j] for j from 0 to 3.
  void (*load_four)(const float* base, const Input& in, float* out, int n);
  /// base[a[i] + j] = from[4 i + j] where b[i] is odd.
  void (*store_four)(float* base, const float* from, const Input& in, int n);
  /// The a whose b is odd, one after the other; returns their number. `out` has a register to spare.
  int (*pack)(const Input& in, std::int32_t* out, int n);
  int (*list)(std::uint64_t set, std::int32_t first, std::int32_t* to);
  std::uint64_t (*of_rank)(std::uint64_t ranks, std::uint64_t set);
  /// All n numbers, added to eight sums in turn.
  double (*add)(const float* from, int n);
};

extern const Subject portable_1, portable_4, portable_8, portable_16, portable_pair;
extern const Subject sse2, avx2, avx2_pair, avx512, avx512_pair;  ///< x86-64 only

template <class Real>
inline Real equation(Equation what, Real x, Real y, Real z, Real w, const agents::Coefficients& k) {
  switch (what) {
    case Equation::exp:
      return agents::exp(x);
    case Equation::expm1:
      return agents::expm1(x);
    case Equation::log:
      return agents::log(x);
    case Equation::log1p:
      return agents::log1p(x);
    case Equation::logistic:
      return agents::logistic(x);
    case Equation::one_minus_exp:
      return agents::one_minus_exp(x);
    case Equation::normal_quantile:
      return agents::normal_quantile(x);
    case Equation::weekly_withdrawal:
      return agents::weekly_withdrawal(x, y);
    case Equation::nudge_norm:
      return agents::nudge_norm(x, y);
    case Equation::compliance_index:
      return agents::compliance_index(agents::Motives<Real>{x, y, z, w, x, y, z, w}, k);
    case Equation::refusal_logit:
      return agents::refusal_logit(x, y, k);
    case Equation::arrest_logit:
      return agents::arrest_logit(x, y, k);
    case Equation::expected_logistic:
      return agents::expected_logistic(x, y);
    case Equation::sounding_mean:
      return agents::after_sounding(agents::Belief<Real>{x, y}, z, w, k).m;
    case Equation::sounding_share:
      return agents::after_sounding(agents::Belief<Real>{x, y}, z, w, k).share;
    case Equation::lesson_share:
      return agents::lesson(agents::Belief<Real>{x, y}, z, w, k).share;
    case Equation::lesson_step:
      return agents::lesson(agents::Belief<Real>{x, y}, z, w, k).step;
    case Equation::utility_of_going:
      return agents::utility_of_going(agents::Prospect<Real>{x, y, z, w, x, y}, z, k);
    case Equation::utility_of_delegating:
      return agents::utility_of_delegating(x, y, k);
    case Equation::answer_go:
      return agents::answer_chances(x, y).go;
    case Equation::answer_delegate:
      return agents::answer_chances(x, y).go_or_delegate;
    case Equation::p_stay_home:
      return agents::p_stay_home(x, y, k);
    case Equation::campaign_score:
      return agents::campaign_score(x, y, z, w);
    case Equation::raised_pressure:
      return agents::raised_pressure(x, y, z, k);
    case Equation::p_order:
      return agents::p_order(x, y, z);
    case Equation::count:
      break;
  }
  return Real(0.0f);
}

namespace detail {

template <class L>
[[gnu::always_inline]] inline typename L::Int truth(typename L::Mask m) {
  return select(m, typename L::Int(1), typename L::Int(0));
}

template <class L>
inline typename L::Int result(Operation what, typename L::Int i, typename L::Int j, typename L::Int l) {
  using Real = typename L::Real;
  using Int = typename L::Int;
  const Real x = from_bits(i), y = from_bits(j), z = from_bits(l);
  const auto odd = [](Int number) { return (number & Int(1)) == Int(1); };
  switch (what) {
    case Operation::add:
      return bits_of(x + y);
    case Operation::subtract:
      return bits_of(x - y);
    case Operation::multiply:
      return bits_of(x * y);
    case Operation::divide:
      return bits_of(x / y);
    case Operation::less:
      return truth<L>(x < y);
    case Operation::greater:
      return truth<L>(x > y);
    case Operation::at_most:
      return truth<L>(x <= y);
    case Operation::at_least:
      return truth<L>(x >= y);
    case Operation::equal:
      return truth<L>(x == y);
    case Operation::min:
      return bits_of(min(x, y));
    case Operation::max:
      return bits_of(max(x, y));
    case Operation::sqrt:
      return bits_of(sqrt(x));
    case Operation::bits_of:
      return bits_of(x);
    case Operation::broadcast:
      return bits_of(Real(0.1f));
    case Operation::int_add:
      return i + j;
    case Operation::int_subtract:
      return i - j;
    case Operation::negate:
      return -i;
    case Operation::bit_and:
      return i & j;
    case Operation::bit_or:
      return i | j;
    case Operation::bit_xor:
      return i ^ j;
    case Operation::int_equal:
      return truth<L>(i == j);
    case Operation::int_less:
      return truth<L>(i < j);
    case Operation::int_greater:
      return truth<L>(i > j);
    case Operation::add_bits:
      return add_bits(i, j);
    case Operation::add_constant:
      return add_bits(i, -0x3f3504f3);
    case Operation::left_23:
      return shift_left(i, 23);
    case Operation::left_1:
      return shift_left(i, 1);
    case Operation::arithmetic_23:
      return arithmetic_shift_right(i, 23);
    case Operation::arithmetic_1:
      return arithmetic_shift_right(i, 1);
    case Operation::logical_8:
      return logical_shift_right(i, 8);
    case Operation::logical_31:
      return logical_shift_right(i, 31);
    case Operation::from_bits:
      return bits_of(from_bits(i));
    case Operation::to_real:
      return bits_of(to_real(i));
    case Operation::int_broadcast:
      return Int(-7) + Int(0);
    case Operation::both:
      return truth<L>(odd(i) & odd(j));
    case Operation::either:
      return truth<L>(odd(i) | odd(j));
    case Operation::neither:
      return truth<L>(!(odd(i) | odd(j)));
    case Operation::first_only:
      return truth<L>(and_not(odd(i), odd(j)));
    case Operation::select:
      return bits_of(select(odd(i), y, z));
    case Operation::int_select:
      return select(odd(i), j, l);
    case Operation::any:
      return Int(any(odd(i) & odd(j) & odd(l)) ? 1 : 0);
    case Operation::all:
      return Int(all(odd(i) | odd(j) | odd(l)) ? 1 : 0);
    case Operation::through_bits:
      return truth<L>(L::mask_from_bits(bits(odd(i)) | static_cast<std::uint32_t>(~std::uint64_t{0} << L::width)));
    case Operation::single_bit:
      return L::single_bit(i & typename L::Int(31));
    case Operation::less_unsigned:
      return truth<L>(L::less_unsigned(i, j));
    case Operation::high:
      return L::multiply_high(i, 0xCD9E8D57u);
    case Operation::low:
      return L::multiply_low(i, 0xCD9E8D57u);
    case Operation::uniform:
      return bits_of(L::uniform(i));
    case Operation::happens:
      return truth<L>(L::happens(i, y));
    case Operation::count:
      break;
  }
  return Int(0);
}

template <class L>
void operate(Operation what, const Input& in, std::int32_t* out, int n) {
  for (int i = 0; i < n; i += L::width)
    L::store_int(out + i, result<L>(what, L::load_int(in.a + i), L::load_int(in.b + i), L::load_int(in.c + i)));
}

template <class L>
void solve(Equation what, const Input& in, std::int32_t* out, int n, const agents::Coefficients& k) {
  for (int i = 0; i < n; i += L::width)
    L::store_int(out + i, bits_of(equation(what, from_bits(L::load_int(in.a + i)), from_bits(L::load_int(in.b + i)),
                                           from_bits(L::load_int(in.c + i)), from_bits(L::load_int(in.d + i)), k)));
}

template <class L>
void philox(const sim::RoundKeys& key, const Input& in, std::int32_t* out, int n) {
  for (int i = 0; i < n; i += L::width) {
    const auto words =
        L::philox(key, L::load_int(in.a + i), L::load_int(in.b + i), L::load_int(in.c + i), L::load_int(in.d + i));
    for (int j = 0; j < 4; ++j)
      L::scatter_int(out + 4 * i + j, shift_left(L::iota(), 2), words[j], L::mask_from_bits(~0u));
  }
}

template <class L>
void gather(const std::int32_t* base, bool real, bool masked, const Input& in, std::int32_t* out, int n) {
  const auto* reals = reinterpret_cast<const float*>(base);
  for (int i = 0; i < n; i += L::width) {
    const auto at = L::load_int(in.a + i), otherwise = L::load_int(in.c + i);
    const auto where = (L::load_int(in.b + i) & typename L::Int(1)) == typename L::Int(1);
    if (real)
      L::store(reinterpret_cast<float*>(out + i),
               masked ? L::gather(reals, at, where, L::load(reinterpret_cast<const float*>(in.c + i)))
                      : L::gather(reals, at));
    else
      L::store_int(out + i, masked ? L::gather_int(base, at, where, otherwise) : L::gather_int(base, at));
  }
}

template <class L>
void scatter(std::int32_t* base, bool real, const Input& in, int n) {
  for (int i = 0; i < n; i += L::width) {
    const auto at = L::load_int(in.a + i), value = L::load_int(in.c + i);
    const auto where = (L::load_int(in.b + i) & typename L::Int(1)) == typename L::Int(1);
    if (real)
      L::scatter(reinterpret_cast<float*>(base), at, from_bits(value), where);
    else
      L::scatter_int(base, at, value, where);
  }
}

template <class L>
void load_four(const float* base, const Input& in, float* out, int n) {
  for (int i = 0; i < n; i += L::width) {
    const auto four = L::load_four(base, L::load_int(in.a + i));
    for (int j = 0; j < 4; ++j) L::scatter(out + 4 * i + j, shift_left(L::iota(), 2), four[j], L::mask_from_bits(~0u));
  }
}

template <class L>
void store_four(float* base, const float* from, const Input& in, int n) {
  for (int i = 0; i < n; i += L::width) {
    const auto at = shift_left(L::iota(), 2);
    const float* own = from + 4 * i;
    const auto where = (L::load_int(in.b + i) & typename L::Int(1)) == typename L::Int(1);
    L::store_four(base, L::load_int(in.a + i),
                  {{L::gather(own, at), L::gather(own + 1, at), L::gather(own + 2, at), L::gather(own + 3, at)}},
                  where);
  }
}

template <class L>
int pack(const Input& in, std::int32_t* out, int n) {
  int packed = 0;
  for (int i = 0; i < n; i += L::width)
    packed += L::pack(out + packed, L::load_int(in.a + i),
                      (L::load_int(in.b + i) & typename L::Int(1)) == typename L::Int(1));
  return packed;
}

template <class L>
int list(std::uint64_t set, std::int32_t first, std::int32_t* to) {
  return L::list(set, first, to);
}

template <class L>
std::uint64_t of_rank(std::uint64_t ranks, std::uint64_t set) {
  return L::of_rank(ranks, set);
}

template <class L>
double add(const float* from, int n) {
  typename L::Eight eight;
  for (int i = 0; i < n; i += L::width) eight.add(i, L::load(from + i));
  return eight.all();
}

}  // namespace detail

template <class L>
constexpr Subject subject(const char* name) {
  static_assert(widest % L::width == 0);
  return {name,
          L::width,
          detail::operate<L>,
          detail::solve<L>,
          detail::philox<L>,
          detail::gather<L>,
          detail::scatter<L>,
          detail::load_four<L>,
          detail::store_four<L>,
          detail::pack<L>,
          detail::list<L>,
          detail::of_rank<L>,
          detail::add<L>};
}

}  // namespace lanes_test
