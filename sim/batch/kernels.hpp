// The kernels by name; each lives in a file of its own, compiled for its instruction set.
#pragma once
#include "sim/batch/view.hpp"

namespace sim {

void live_portable_1(const StageView&, const BlockView&);
void live_portable_16(const StageView&, const BlockView&);
#if defined(__x86_64__)
void live_sse2(const StageView&, const BlockView&);
void live_avx2(const StageView&, const BlockView&);
void live_avx512(const StageView&, const BlockView&);
#endif

}  // namespace sim
