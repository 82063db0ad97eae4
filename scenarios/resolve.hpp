// From a checked table to the world it describes: the shipped facts, then what the scenario changes, then what is lost.
#pragma once
#include <string>

#include "scenarios/facts.hpp"
#include "scenarios/flights.hpp"
#include "scenarios/scenario.hpp"
#include "scenarios/toml_reader.hpp"

namespace scenarios {

/// `scenario` must have passed check() without a problem. Without a planner leaders fly great circles. Throws
/// ScenarioError for two names that would share their luck.
Scenario resolve(const TomlTable& scenario, const Source& file, std::string name, const Facts& facts, Planner* planner);

}  // namespace scenarios
