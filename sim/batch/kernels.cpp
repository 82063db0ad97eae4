#include "sim/batch/kernels.hpp"

#include "sim/batch/batch.hpp"

namespace sim {

const std::vector<Kernel>& kernels() {
  static const std::vector<Kernel> all = {
    {Isa::baseline, 1, live_portable_1},
    {Isa::baseline, 16, live_portable_16},
#if defined(__x86_64__)
    {Isa::baseline, 4, live_sse2},
    {Isa::avx2, 8, live_avx2},
    {Isa::avx512, 16, live_avx512},
#endif
  };
  return all;
}

const Kernel& best_kernel(Isa at_most) {
  const Kernel* best = &kernels().front();
  for (const Kernel& k : kernels())
    if (k.isa <= at_most && k.isa <= best_isa()) best = &k;
  return *best;
}

}  // namespace sim
