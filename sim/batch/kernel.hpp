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

/// Lives the block from the first week to the last. `Wide`: the lanes that open events and work out ideas, of which
/// there are many at a time.
template <class L, class Wide = L>
void live_block(const StageView& stage, const BlockView& block) {
  Block<L> some(stage, block);
  Block<Wide> many(stage, block);
  some.know_regions();
  for (int t = 0; t < stage.weeks; ++t) {
    some.begin_week(t);
    many.begin_week(t);
    if (stage.new_period[t]) some.begin_period();
    some.environment();
    for (int l = 0; l < stage.leaders; ++l) {
      many.open_events(l);
      const Set announced = many.bilateral_ideas(l);
      if (any(announced)) some.second_stops(l, announced);
    }
    some.campaigns();
    some.hosts();
    for (int l = 0; l < stage.leaders; ++l) some.departures(l);
    some.aftermath();
    some.record_week();
  }
  some.leave_pending();
}

}  // namespace sim::batch
