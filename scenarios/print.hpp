// What `check` shows: the scenario in full.
#pragma once
#include <string>

#include "scenarios/scenario.hpp"

namespace scenarios {

/// The whole scenario as TOML, every default filled in, with units, meanings and the origin of each value as comments.
/// It loads to the same world again. Of hosts and dyads only what the scenario sets is printed; the rest is in the
/// exported tables.
std::string resolved(const Scenario& scenario);

}  // namespace scenarios
