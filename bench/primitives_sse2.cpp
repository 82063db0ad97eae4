#include "bench/primitives.hpp"
#include "sim/lanes/sse2.hpp"

namespace bench {

const Primitives sse2 = Bulk<sim::lanes_sse2::Lanes>::primitives("sse2");

}  // namespace bench
