// From a design to the plan of a sweep.
#pragma once
#include "scenarios/sweep.hpp"
#include "sim/experiments/plan.hpp"

namespace cli {

/// The design's cells are drawn if it is a sampled one, checked, resolved and put into a plan.
/// Throws scenarios::ScenarioError.
sim::Plan make_plan(scenarios::SweepDesign& design, int threads);

}  // namespace cli
