#include "sim/lanes/portable.hpp"
#include "tests/sim/lanes_under_test.hpp"

namespace lanes_test {

constexpr Subject portable_1 = subject<sim::lanes_portable::Lanes<1>>("portable, 1 lane");
constexpr Subject portable_4 = subject<sim::lanes_portable::Lanes<4>>("portable, 4 lanes");
constexpr Subject portable_8 = subject<sim::lanes_portable::Lanes<8>>("portable, 8 lanes");
constexpr Subject portable_16 = subject<sim::lanes_portable::Lanes<16>>("portable, 16 lanes");

}  // namespace lanes_test
