#include "bench/primitives.hpp"
#include "sim/lanes/portable.hpp"

namespace bench {

const Primitives portable = Bulk<sim::lanes_portable::Lanes<16>>::primitives("portable");

}  // namespace bench
