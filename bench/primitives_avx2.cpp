#include "bench/primitives.hpp"
#include "sim/lanes/avx2.hpp"

namespace bench {

const Primitives avx2 = Bulk<sim::lanes_avx2::Lanes>::primitives("avx2");

}  // namespace bench
