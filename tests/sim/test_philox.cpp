#include <doctest/doctest.h>

#include <array>
#include <boost/random/uniform_int_distribution.hpp>
#include <random>
#include <set>
#include <vector>

#include "sim/rng/philox.hpp"
#include "tests/support/statistics.hpp"

using agents::Occasion;
using agents::Words;

TEST_CASE("philox: the published known answers of Philox4x32-10 come out") {
  // Random123, tests/kat_vectors: all zeros, all ones, digits of pi.
  CHECK(sim::philox(0, {0, 0, 0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(sim::philox(~0ull, {~0u, ~0u, ~0u, ~0u}) == Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(sim::philox(0x299f31d0a4093822ull, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}) ==
        Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("philox: no two addresses share a counter") {
  std::set<std::array<std::uint32_t, 4>> seen;
  std::size_t addresses = 0;
  for (const std::uint32_t replicate : {0u, 1u, 2u, 0x7fffffffu, 0xffffffffu})
    for (const agents::Week week : {0, 1, 2, 255, 256, 519, 65535})
      for (const std::uint32_t leader : {0u, 1u, 3u, 0x10000u, 0xffffffffu})
        for (const std::uint32_t place : {0u, 1u, 2u, 3u, 0x10000u, 0xffffffffu})
          for (const Occasion occasion : {Occasion::opening, Occasion::idea, Occasion::standing, Occasion::visit,
                                          Occasion::diversion, Occasion::resolve}) {
            seen.insert(sim::counter_of(replicate, {week, leader, place, occasion}));
            ++addresses;
          }
  CHECK(seen.size() == addresses);
}

TEST_CASE("philox: every part of an address, the seed and the replicate change the words") {
  const agents::Address a{5, 7, 11, Occasion::idea};
  const Words words = sim::PhiloxLuck(1, 2).draw(a);
  CHECK(sim::PhiloxLuck(1, 2).draw(a) == words);  // a function of the address, not of a history
  CHECK(sim::PhiloxLuck(2, 2).draw(a) != words);
  CHECK(sim::PhiloxLuck(1ull + (1ull << 32), 2).draw(a) != words);
  CHECK(sim::PhiloxLuck(1, 3).draw(a) != words);
  CHECK(sim::PhiloxLuck(1, 2).draw({6, 7, 11, Occasion::idea}) != words);
  CHECK(sim::PhiloxLuck(1, 2).draw({5, 8, 11, Occasion::idea}) != words);
  CHECK(sim::PhiloxLuck(1, 2).draw({5, 7, 12, Occasion::idea}) != words);
  CHECK(sim::PhiloxLuck(1, 2).draw({5, 7, 11, Occasion::standing}) != words);
}

TEST_CASE("philox: the stream is the blocks of counters 0, 1, 2, ...") {
  sim::Philox stream(2023);
  for (std::uint32_t block = 0; block < 5; ++block)
    for (const std::uint32_t word : sim::philox(2023, {block, 0, 0, 0})) CHECK(stream() == word);
}

TEST_CASE("philox: Boost.Random and the standard library accept the stream") {
  static_assert(std::uniform_random_bit_generator<sim::Philox>);
  sim::Philox stream(99);
  boost::random::uniform_int_distribution<int> die(1, 6);
  std::vector<std::uint64_t> faces(7, 0);
  constexpr std::uint64_t n = 60000;
  for (std::uint64_t i = 0; i < n; ++i) ++faces.at(static_cast<std::size_t>(die(stream)));
  CHECK(faces[0] == 0);
  for (int face = 1; face <= 6; ++face)  // seed 99, a false alarm of 1e-6 each
    CHECK(support::consistent_with(faces[static_cast<std::size_t>(face)], n, 1.0 / 6, 1e-6));
}

TEST_CASE("philox: words of neighbouring addresses are evenly spread") {
  // 16 equal classes of the first word over 40,000 places of one week: chi-square, seed 4, false alarm 1e-6.
  sim::PhiloxLuck luck(4, 0);
  std::array<double, 16> found{};
  constexpr double n = 40000;
  for (std::uint32_t place = 0; place < 40000; ++place) ++found[luck.draw({3, 1, place, Occasion::opening})[0] >> 28];
  double chi_square = 0;
  for (const double f : found) chi_square += (f - n / 16) * (f - n / 16) / (n / 16);
  CHECK(support::chi_square_tail(chi_square, 15) > 1e-6);
}
