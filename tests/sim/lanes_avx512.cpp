#include "sim/lanes/avx512.hpp"
#include "sim/lanes/pair.hpp"
#include "tests/sim/lanes_under_test.hpp"

namespace lanes_test {

using sim::lanes_avx512::Lanes;

constexpr Subject avx512 = subject<Lanes>("avx512");
constexpr Subject avx512_pair = subject<sim::lanes_pair::Lanes<Lanes>>("avx512, in pairs");

}  // namespace lanes_test
