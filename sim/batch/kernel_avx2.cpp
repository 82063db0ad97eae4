// The kernel on AVX2, eight replicates side by side, or twice eight. Compiled with these instructions: nothing here may
// come from a header that other files share (sim/batch/view.hpp).
#include "sim/batch/kernel.hpp"
#include "sim/batch/kernels.hpp"
#include "sim/lanes/avx2.hpp"
#include "sim/lanes/pair.hpp"

namespace sim {

void live_avx2(const StageView& s, const BlockView& b) {
  batch::live_block<lanes_avx2::Lanes, lanes_pair::Lanes<lanes_avx2::Lanes>>(s, b);
}

}  // namespace sim
