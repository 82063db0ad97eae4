// The kernel on what every x86-64 machine has, four replicates side by side. Nothing here may
// come from a header that other files share (sim/batch/view.hpp).
#include "sim/batch/kernel.hpp"
#include "sim/batch/kernels.hpp"
#include "sim/lanes/sse2.hpp"

namespace sim {

void live_sse2(const StageView& s, const BlockView& b) { batch::live_block<lanes_sse2::Lanes>(s, b); }

}  // namespace sim
