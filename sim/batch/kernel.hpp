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

/// Lives the block from the first week to the last. `Wide`: lanes for events and ideas, of which there are many at a
/// time.
template <class L, class Wide = L>
void live_block(const StageView& stage, const BlockView& block) {
  Block<L> narrow(stage, block);
  Block<Wide> wide(stage, block);
  narrow.know_regions();
  for (int t = 0; t < stage.weeks; ++t) {
    narrow.begin_week(t);
    wide.begin_week(t);
    if (stage.new_period[t]) narrow.begin_period();
    narrow.environment();
    for (int l = 0; l < stage.leaders; ++l) opportunities(wide, narrow, l);
    narrow.campaigns();
    narrow.hosts();
    for (int l = 0; l < stage.leaders; ++l) narrow.departures(l);
    narrow.aftermath();
    narrow.record_week();
  }
  narrow.leave_pending();
}

}  // namespace sim::batch
