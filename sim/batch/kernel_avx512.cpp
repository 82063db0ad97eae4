// The kernel on AVX-512 (F, DQ, BW, VL), sixteen replicates side by side, or twice sixteen. Compiled with these
// instructions: nothing here may come from a header that other files share (sim/batch/view.hpp).
#include "sim/batch/kernel.hpp"
#include "sim/batch/kernels.hpp"
#include "sim/lanes/avx512.hpp"
#include "sim/lanes/pair.hpp"

namespace sim {

void live_avx512(const StageView& s, const BlockView& b) {
  batch::live_block<lanes_avx512::Lanes, lanes_pair::Lanes<lanes_avx512::Lanes>>(s, b);
}

}  // namespace sim
