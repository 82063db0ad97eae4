// The kernel in full, for the files that compile it for one instruction set.
#pragma once
#include "sim/batch/aftermath.hpp"
#include "sim/batch/block.hpp"
#include "sim/batch/campaigns.hpp"
#include "sim/batch/departure.hpp"
#include "sim/batch/environment.hpp"
#include "sim/batch/hosts.hpp"
#include "sim/batch/opportunities.hpp"
#include "sim/batch/state.hpp"

namespace sim::batch {

template <class L>
void live_block(const StageView& stage, const BlockView& block) {
  Block<L>(stage, block).live();
}

}  // namespace sim::batch
