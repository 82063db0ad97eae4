#include "sim/lanes/avx2.hpp"
#include "tests/sim/lanes_under_test.hpp"

constexpr lanes_test::Subject lanes_test::avx2 = lanes_test::subject<sim::lanes_avx2::Lanes>("avx2");
