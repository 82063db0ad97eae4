// The kernel for any machine, one replicate at a time and sixteen side by side.
#include "sim/batch/kernel.hpp"
#include "sim/batch/kernels.hpp"
#include "sim/lanes/portable.hpp"

namespace sim {

void live_portable_1(const StageView& s, const BlockView& b) { batch::live_block<lanes_portable::Lanes<1>>(s, b); }
void live_portable_16(const StageView& s, const BlockView& b) { batch::live_block<lanes_portable::Lanes<16>>(s, b); }

}  // namespace sim
