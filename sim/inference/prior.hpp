// The priors of the parameter table as distributions one can draw from: cut to
// the legal range by drawing again.
#pragma once
#include "agents/parameters.hpp"
#include "sim/rng/philox.hpp"

namespace sim {

/// A standard normal from two words of a stream.
double standard_normal(Philox& stream);

/// The value that lies z of its prior's deviations from the middle (of the logarithm, if that is normal), and back. The
/// prior is not fixed.
double at_deviations(const agents::Parameter& row, double z);
double deviations(const agents::Parameter& row, double x);

/// One draw; of a fixed prior its value.
double draw(const agents::Parameter& row, Philox& stream);

}  // namespace sim
