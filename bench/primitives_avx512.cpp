#include "bench/primitives.hpp"
#include "sim/lanes/avx512.hpp"

namespace bench {

const Primitives avx512 = Bulk<sim::lanes_avx512::Lanes>::primitives("avx512");

}  // namespace bench
