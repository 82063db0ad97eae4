#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "sim/lanes/choose.hpp"
#include "sim/rng/philox.hpp"
#include "tests/sim/lanes_under_test.hpp"

using namespace lanes_test;
using Numbers = std::vector<std::int32_t>;

namespace {

/// Every lanes type that this machine can run. (The first test says which it cannot.)
std::vector<const Subject*> subjects() {
  std::vector<const Subject*> out = {&portable_1, &portable_4, &portable_8, &portable_16, &portable_pair};
#ifdef __x86_64__
  out.push_back(&sse2);
  if (sim::best_isa() >= sim::Isa::avx2) out.insert(out.end(), {&avx2, &avx2_pair});
  if (sim::best_isa() >= sim::Isa::avx512) out.insert(out.end(), {&avx512, &avx512_pair});
#endif
  return out;
}

std::int32_t bits(float x) { return std::bit_cast<std::int32_t>(x); }
float real(std::int32_t i) { return std::bit_cast<float>(i); }
std::uint32_t word(std::int32_t i) { return static_cast<std::uint32_t>(i); }
std::int32_t number(std::uint64_t i) { return static_cast<std::int32_t>(static_cast<std::uint32_t>(i)); }

/// 0 or 1 for row r; 0 for whole registers at times.
std::int32_t some(int r, sim::Philox& random) { return r / 16 % 4 == 0 ? 0 : number(random() % 2); }

/// Four columns of numbers, filled up to a multiple of the widest.
struct Table {
  Numbers a, b, c, d;

  int size() const { return static_cast<int>(a.size()); }
  Input input() const { return {a.data(), b.data(), c.data(), d.data()}; }
  void add(std::int32_t i, std::int32_t j, std::int32_t l, std::int32_t m = 0) {
    a.push_back(i), b.push_back(j), c.push_back(l), d.push_back(m);
  }
  void fill_up() {
    while (a.size() % widest != 0) add(a[0], b[0], c[0], d[0]);
  }
};

/// Every pair of numbers at which something could happen, then random bits.
Table special_and_random() {
  Numbers special;
  const float infinity = std::numeric_limits<float>::infinity(), tiny = std::numeric_limits<float>::denorm_min();
  for (const float x : {0.0f, tiny, std::numeric_limits<float>::min(), 0x1p-32f, 0.1f, 0.5f, 1.0f - 0x1p-24f, 1.0f,
                        1.0f + 0x1p-23f, 1.5f, 3.0f, 0x1p23f, 0x1p31f, std::numeric_limits<float>::max(), infinity,
                        std::numeric_limits<float>::quiet_NaN()}) {
    special.push_back(bits(x));
    special.push_back(bits(-x));
  }
  for (const std::int32_t i : {1, 2, -1, -2, 255, 256, 0xffff, 0x10000, 0xffffff, 0x1000000, 0x7fffffff, -0x7fffffff})
    special.push_back(i);
  Table t;
  for (const std::int32_t i : special)
    for (const std::int32_t j : special) t.add(i, j, i ^ 1);
  sim::Philox random(1);
  for (int n = 0; n < 1 << 16; ++n) t.add(number(random()), number(random()), number(random()));
  t.fill_up();
  return t;
}

/// What an operation should give in row r: the scalar program's answer. A group of `width` rows shares any and all.
std::int32_t expected(Operation what, const Table& t, std::size_t r, int width) {
  const std::int32_t i = t.a[r], j = t.b[r], l = t.c[r];
  const float x = real(i), y = real(j), z = real(l);
  const bool odd_i = i & 1, odd_j = j & 1;
  const auto group = r - r % static_cast<std::size_t>(width);
  switch (what) {
    case Operation::add:
      return bits(x + y);
    case Operation::subtract:
      return bits(x - y);
    case Operation::multiply:
      return bits(x * y);
    case Operation::divide:
      return bits(x / y);
    case Operation::less:
      return x < y;
    case Operation::greater:
      return x > y;
    case Operation::at_most:
      return x <= y;
    case Operation::at_least:
      return x >= y;
    case Operation::equal:
      return x == y;
    case Operation::min:
      return bits(agents::min(x, y));
    case Operation::max:
      return bits(agents::max(x, y));
    case Operation::sqrt:
      return bits(agents::sqrt(x));
    case Operation::bits_of:
      return i;
    case Operation::broadcast:
      return bits(0.1f);
    case Operation::int_add:
      return number(std::uint64_t{word(i)} + word(j));
    case Operation::int_subtract:
      return number(std::uint64_t{word(i)} - word(j));
    case Operation::negate:
      return number(-std::uint64_t{word(i)});
    case Operation::bit_and:
      return i & j;
    case Operation::bit_or:
      return i | j;
    case Operation::bit_xor:
      return i ^ j;
    case Operation::int_equal:
      return i == j;
    case Operation::int_less:
      return i < j;
    case Operation::int_greater:
      return i > j;
    case Operation::add_bits:
      return agents::add_bits(i, j);
    case Operation::add_constant:
      return agents::add_bits(i, -0x3f3504f3);
    case Operation::left_23:
      return agents::shift_left(i, 23);
    case Operation::left_1:
      return agents::shift_left(i, 1);
    case Operation::arithmetic_23:
      return agents::arithmetic_shift_right(i, 23);
    case Operation::arithmetic_1:
      return agents::arithmetic_shift_right(i, 1);
    case Operation::logical_8:
      return number(word(i) >> 8);
    case Operation::logical_31:
      return number(word(i) >> 31);
    case Operation::from_bits:
      return i;
    case Operation::to_real:
      return bits(agents::to_real(i));
    case Operation::int_broadcast:
      return -7;
    case Operation::both:
      return odd_i && odd_j;
    case Operation::either:
      return odd_i || odd_j;
    case Operation::neither:
      return !odd_i && !odd_j;
    case Operation::first_only:
      return odd_i && !odd_j;
    case Operation::select:
      return bits(agents::select(odd_i, y, z));
    case Operation::int_select:
      return odd_i ? j : l;
    case Operation::any: {
      bool any = false;
      for (auto k = group; k < group + static_cast<std::size_t>(width); ++k) any |= (t.a[k] & t.b[k] & t.c[k] & 1) != 0;
      return any;
    }
    case Operation::all: {
      bool all = true;
      for (auto k = group; k < group + static_cast<std::size_t>(width); ++k)
        all &= ((t.a[k] | t.b[k] | t.c[k]) & 1) != 0;
      return all;
    }
    case Operation::through_bits:
      return odd_i;
    case Operation::single_bit:
      return static_cast<std::int32_t>(std::uint32_t{1} << (i & 31));
    case Operation::less_unsigned:
      return word(i) < word(j);
    case Operation::high:
      return number(std::uint64_t{word(i)} * 0xCD9E8D57u >> 32);
    case Operation::low:
      return number(std::uint64_t{word(i)} * 0xCD9E8D57u);
    case Operation::uniform:
      return bits(agents::uniform(word(i)));
    case Operation::happens:
      return agents::happens(word(i), y);
    case Operation::count:
      break;
  }
  return 0;
}

/// Not-a-numbers differ in bits that no equation reads: which of two an instruction passes on is the compiler's choice.
bool both_nan(std::int32_t i, std::int32_t j) { return std::isnan(real(i)) && std::isnan(real(j)); }
bool computes(Operation what) { return what <= Operation::divide || what == Operation::sqrt; }

/// Rows in which a lanes type gives something else than the scalar program.
int differences(const Subject& s, Operation what, const Table& t) {
  Numbers out(t.a.size());
  s.operate(what, t.input(), out.data(), t.size());
  int found = 0;
  for (std::size_t r = 0; r < out.size(); ++r) {
    const std::int32_t right = expected(what, t, r, s.width);
    found += out[r] != right && !(computes(what) && both_nan(out[r], right));
  }
  return found;
}

}  // namespace

TEST_CASE("lanes: every operation gives the bits that one replicate gets, on special and on random numbers") {
  if (sim::best_isa() < sim::Isa::avx2) MESSAGE("AVX2 lanes are not tested: this machine has none");
  if (sim::best_isa() < sim::Isa::avx512) MESSAGE("AVX-512 lanes are not tested: this machine has none");
  const Table t = special_and_random();
  for (const Subject* s : subjects())
    for (int what = 0; what < static_cast<int>(Operation::count); ++what) {
      if (static_cast<Operation>(what) == Operation::happens) continue;  // wants a probability: below
      CAPTURE(s->name);
      CAPTURE(what);
      CHECK(differences(*s, static_cast<Operation>(what), t) == 0);
    }
}

TEST_CASE("lanes: any and all see each single lane") {
  for (const Subject* s : subjects())
    for (int lane = 0; lane < widest; ++lane)
      for (const int odd : {0, 1}) {
        Table t;
        for (int i = 0; i < widest; ++i) {
          const int own = i == lane ? odd : 1 - odd;
          t.add(own, own, own);
        }
        CAPTURE(s->name);
        CHECK(differences(*s, Operation::any, t) == 0);
        CHECK(differences(*s, Operation::all, t) == 0);
        CHECK(differences(*s, Operation::through_bits, t) == 0);
      }
}

TEST_CASE("lanes: an event of probability p happens for the same words, up to the last one below p 2^32") {
  std::vector<float> chances = {0,
                                std::numeric_limits<float>::denorm_min(),
                                std::numeric_limits<float>::min(),
                                0x1p-33f,
                                0x1p-32f,
                                0x1p-31f,
                                0x1.8p-32f,
                                0x1p-16f,
                                0.1f,
                                0.5f,
                                0.75f,
                                1.0f - 0x1p-24f,
                                1};
  for (std::size_t i = 0, n = chances.size(); i < n; ++i) {
    if (chances[i] > 0) chances.push_back(std::nextafter(chances[i], 0.0f));
    if (chances[i] < 1) chances.push_back(std::nextafter(chances[i], 1.0f));
  }
  sim::Philox random(2);
  for (int n = 0; n < 1 << 15; ++n)  // any size from 1 down to 2^-40
    chances.push_back(std::ldexp(agents::uniform(random()), -static_cast<int>(random() % 40)));
  Table t;
  for (const float p : chances) {
    const auto threshold = static_cast<std::uint64_t>(static_cast<double>(p) * 0x1p32);
    for (const std::uint64_t w : {std::uint64_t{0}, threshold - 1, threshold, threshold + 1, std::uint64_t{0x7fffffff},
                                  std::uint64_t{0x80000000}, std::uint64_t{0xffffffff}, std::uint64_t{random()}})
      t.add(number(w), bits(p), 0);
  }
  t.fill_up();
  for (const Subject* s : subjects()) {
    CAPTURE(s->name);
    CHECK(differences(*s, Operation::happens, t) == 0);
  }
}

namespace {

struct Domain {
  Equation equation;
  const char* arguments;  ///< a letter for each: see draw()
};

constexpr Domain domains[] = {
    {Equation::exp, "f"},
    {Equation::expm1, "f"},
    {Equation::log, "p"},
    {Equation::log1p, "m"},
    {Equation::logistic, "f"},
    {Equation::one_minus_exp, "v"},
    {Equation::normal_quantile, "u"},
    {Equation::weekly_withdrawal, "un"},
    {Equation::nudge_norm, "ur"},
    {Equation::compliance_index, "rrrr"},
    {Equation::refusal_logit, "ru"},
    {Equation::arrest_logit, "ru"},
    {Equation::expected_logistic, "rv"},
    {Equation::sounding_mean, "rurr"},
    {Equation::sounding_share, "rurr"},
    {Equation::lesson_share, "ruuu"},
    {Equation::lesson_step, "ruuu"},
    {Equation::utility_of_going, "rrrv"},
    {Equation::utility_of_delegating, "rr"},
    {Equation::answer_go, "rr"},
    {Equation::answer_delegate, "rr"},
    {Equation::p_stay_home, "rr"},
    {Equation::campaign_score, "uuuu"},
    {Equation::raised_pressure, "uuv"},
    {Equation::p_order, "uvn"},
};
static_assert(std::size(domains) == static_cast<std::size_t>(Equation::count));

float draw(char kind, sim::Philox& random) {
  const float u = agents::uniform(random());
  const float sized = std::ldexp(0.5f + u / 2, static_cast<int>(random() % 48) - 40);  // 2^-41 to 2^7
  switch (kind) {
    case 'f': {  // any number at all, infinite too
      const float x = real(number(random()));
      return std::isnan(x) ? u : x;
    }
    case 'p': {  // positive and normal
      const float x = std::abs(real(number(random())));
      return std::isnormal(x) ? x : 1.0f;
    }
    case 'm':
      return random() % 2 ? -u : sized;  // above -1
    case 'v':
      return sized;  // above 0
    case 'r':
      return random() % 2 ? -sized : sized;  // of either sign
    case 'n':
      return static_cast<float>(1 + random() % 60);  // whole weeks
    case 'u':
      return u;  // inside (0, 1)
    default:
      return 0;
  }
}

}  // namespace

TEST_CASE("lanes: every equation of the agents gives the bits that one replicate gets, on millions of inputs") {
  const agents::Coefficients k{agents::Parameters{}};
  constexpr int n = 1 << 17;
  sim::Philox random(3);
  for (const Domain& domain : domains) {
    Table t;
    const std::string kinds = std::string(domain.arguments) + "    ";
    for (int r = 0; r < n; ++r) {
      const float x = draw(kinds[0], random), y = draw(kinds[1], random), z = draw(kinds[2], random);
      t.add(bits(x), bits(y), bits(z), bits(draw(kinds[3], random)));
    }
    Numbers right(n), out(n);
    for (std::size_t r = 0; r < right.size(); ++r)
      right[r] = bits(equation(domain.equation, real(t.a[r]), real(t.b[r]), real(t.c[r]), real(t.d[r]), k));
    for (const Subject* s : subjects()) {
      CAPTURE(s->name);
      CAPTURE(static_cast<int>(domain.equation));
      s->solve(domain.equation, t.input(), out.data(), n, k);
      CHECK((out == right));
    }
  }
}

TEST_CASE("lanes: the random words are those of one replicate's generator") {
  sim::Philox random(4);
  Table t;
  for (int r = 0; r < 1 << 14; ++r) t.add(number(random()), number(random()), number(random()), number(random()));
  for (const std::uint64_t seed : {0ull, 1ull, 2023ull, 0x123456789abcdef0ull, ~0ull}) {
    Numbers right, out(4 * t.a.size());
    for (std::size_t r = 0; r < t.a.size(); ++r)
      for (const std::uint32_t w : sim::philox(seed, {word(t.a[r]), word(t.b[r]), word(t.c[r]), word(t.d[r])}))
        right.push_back(number(w));
    sim::RoundKeys key;
    sim::round_keys(seed, key);
    for (const Subject* s : subjects()) {
      CAPTURE(s->name);
      s->philox(key, t.input(), out.data(), t.size());
      CHECK((out == right));
    }
  }
}

TEST_CASE("lanes: gather and scatter reach the right places, and none where the mask is off") {
  Numbers base(1000);
  sim::Philox random(5);
  for (auto& x : base) x = number(random());
  Table anywhere, masked;  // place, odd where wanted, value
  for (int r = 0; r < 4096; ++r) {
    const std::int32_t place = number(random() % 1000), odd = some(r, random), value = number(random());
    anywhere.add(place, odd, value);
    masked.add(odd ? place : 0x1fffffff + number(random() % 1000), odd, value);  // 2 GB away: nothing there
  }
  Table apart = masked;  // rows near each other name places that differ
  for (std::size_t r = 0; r < apart.a.size(); ++r)
    if (apart.b[r]) apart.a[r] = number((r * 61) % 1000);
  for (const Subject* s : subjects())
    for (const bool as_real : {false, true}) {
      CAPTURE(s->name);
      Numbers out(4096), right(4096);
      s->gather(base.data(), as_real, false, anywhere.input(), out.data(), 4096);
      for (std::size_t r = 0; r < 4096; ++r) right[r] = base[static_cast<std::size_t>(anywhere.a[r])];
      CHECK((out == right));
      s->gather(base.data(), as_real, true, masked.input(), out.data(), 4096);
      for (std::size_t r = 0; r < 4096; ++r)
        right[r] = masked.b[r] ? base[static_cast<std::size_t>(masked.a[r])] : masked.c[r];
      CHECK((out == right));

      Numbers written = base, should_be = base;
      s->scatter(written.data(), as_real, apart.input(), 4096);
      for (std::size_t r = 0; r < 4096; ++r)
        if (apart.b[r]) should_be[static_cast<std::size_t>(apart.a[r])] = apart.c[r];
      CHECK((written == should_be));
    }
}

TEST_CASE("lanes: records of four words are loaded and stored whole") {
  std::vector<float> base(4096), from(4 * 1024);
  sim::Philox random(6);
  for (auto* floats : {&base, &from})
    for (float& x : *floats) x = real(number(random()));
  Table t;  // where, odd where wanted; rows near each other name records that do not overlap
  for (int r = 0; r < 1024; ++r) t.add(number((r * 61 + random() % 3 * 2000) % 1000 * 4), some(r, random), 0);
  const auto same = [](const std::vector<float>& a, const std::vector<float>& b) {
    return std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
  };
  std::vector<float> loaded(4 * 1024), right(4 * 1024), should_be = base;
  for (std::size_t r = 0; r < 1024; ++r)
    for (std::size_t j = 0; j < 4; ++j) {
      right[4 * r + j] = base[static_cast<std::size_t>(t.a[r]) + j];
      if (t.b[r]) should_be[static_cast<std::size_t>(t.a[r]) + j] = from[4 * r + j];
    }
  for (const Subject* s : subjects()) {
    CAPTURE(s->name);
    s->load_four(base.data(), t.input(), loaded.data(), 1024);
    CHECK(same(loaded, right));
    std::vector<float> written = base;
    s->store_four(written.data(), from.data(), t.input(), 1024);
    CHECK(same(written, should_be));
  }
}

TEST_CASE("lanes: sets are listed in order, packed, and told by rank") {
  sim::Philox random(7);
  Table t;
  for (int r = 0; r < 1024; ++r) t.add(number(random()), some(r, random), 0);
  Numbers odd;
  for (std::size_t r = 0; r < 1024; ++r)
    if (t.b[r]) odd.push_back(t.a[r]);
  std::vector<std::uint64_t> sets = {0, 1, ~0ull, 1ull << 63, 0x8000000080000001ull};
  for (int i = 0; i < 500; ++i) {
    const std::uint64_t any = std::uint64_t{random()} << 32 | random(),
                        other = std::uint64_t{random()} << 32 | random();
    sets.insert(sets.end(), {any, any & other, any | other});
  }
  for (const Subject* s : subjects()) {
    CAPTURE(s->name);
    Numbers packed(1024 + widest);
    packed.resize(static_cast<std::size_t>(s->pack(t.input(), packed.data(), 1024)));
    CHECK((packed == odd));
    bool listed = true, ranked = true;
    for (std::size_t i = 0; i + 1 < sets.size(); ++i) {
      const std::uint64_t set = sets[i], ranks = sets[i + 1];
      Numbers members, list(64 + 16);
      std::uint64_t chosen = 0;
      for (int bit = 0; bit < 64; ++bit) {
        if ((set >> bit & 1) == 0) continue;
        if ((ranks >> members.size() & 1) != 0) chosen |= std::uint64_t{1} << bit;
        members.push_back(100 + bit);
      }
      list.resize(static_cast<std::size_t>(s->list(set, 100, list.data())));
      listed = listed && list == members;
      ranked = ranked && s->of_rank(ranks, set) == chosen;
    }
    CHECK(listed);
    CHECK(ranked);
  }
}

TEST_CASE("lanes: numbers are added up in one order, whatever the width") {
  sim::Philox random(8);
  std::vector<float> from(1024);
  // Of such different sizes that the order tells.
  for (float& x : from) x = agents::uniform(random()) * std::ldexp(1.0f, static_cast<int>(random() % 96));
  double sum[8] = {};
  for (std::size_t n = 0; n < from.size();) {
    for (const std::size_t end = n + widest; n < end; ++n) sum[n % 8] += static_cast<double>(from[n]);
    const double right = ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
    for (const Subject* s : subjects()) {
      CAPTURE(s->name);
      CHECK(s->add(from.data(), static_cast<int>(n)) == right);
    }
  }
}

TEST_CASE("lanes: instruction sets are called by their names") {
  for (const sim::Isa isa : sim::all_isas) CHECK(sim::parse_isa(sim::name(isa)) == isa);
  CHECK(sim::name(sim::Isa::avx512) == "avx512");
  CHECK_FALSE(sim::parse_isa("avx"));
  CHECK_FALSE(sim::parse_isa(""));
}
