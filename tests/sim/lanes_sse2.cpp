#include "sim/lanes/sse2.hpp"
#include "tests/sim/lanes_under_test.hpp"

constexpr lanes_test::Subject lanes_test::sse2 = lanes_test::subject<sim::lanes_sse2::Lanes>("sse2");
