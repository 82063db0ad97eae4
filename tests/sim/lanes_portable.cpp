#include "sim/lanes/pair.hpp"
#include "sim/lanes/portable.hpp"
#include "tests/sim/lanes_under_test.hpp"

namespace lanes_test {

using sim::lanes_portable::Lanes;

constexpr Subject portable_1 = subject<Lanes<1>>("portable, 1 lane");
constexpr Subject portable_4 = subject<Lanes<4>>("portable, 4 lanes");
constexpr Subject portable_8 = subject<Lanes<8>>("portable, 8 lanes");
constexpr Subject portable_16 = subject<Lanes<16>>("portable, 16 lanes");
constexpr Subject portable_pair = subject<sim::lanes_pair::Lanes<Lanes<4>>>("portable, twice 4 lanes");

}  // namespace lanes_test
