#include "sim/lanes/avx2.hpp"
#include "sim/lanes/pair.hpp"
#include "tests/sim/lanes_under_test.hpp"

namespace lanes_test {

using sim::lanes_avx2::Lanes;

constexpr Subject avx2 = subject<Lanes>("avx2");
constexpr Subject avx2_pair = subject<sim::lanes_pair::Lanes<Lanes>>("avx2, in pairs");

}  // namespace lanes_test
