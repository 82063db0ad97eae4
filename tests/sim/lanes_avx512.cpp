#include "sim/lanes/avx512.hpp"
#include "tests/sim/lanes_under_test.hpp"

constexpr lanes_test::Subject lanes_test::avx512 = lanes_test::subject<sim::lanes_avx512::Lanes>("avx512");
