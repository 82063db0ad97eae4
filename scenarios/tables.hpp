// The exported world: the resolved scenario as CSV tables that any other implementation can run, and that a results
// file keeps so that a history can be replayed from it. Columns: agents/ODD.md, "Input data" (the exported tables).
#pragma once
#include <map>
#include <string>

#include "scenarios/scenario.hpp"

namespace scenarios {

/// File name -> CSV text: hosts, leaders, dyads, stances, flights, ngos, reach, events, shocks, parameters, run (.csv).
/// Everything that determines the numbers but the seed and the count of replicates. Doubles are printed so that they
/// read back to the same bits.
std::map<std::string, std::string> export_tables(const Scenario& scenario);

/// The scenario that export_tables was given, without notes, settings and run settings.
/// Throws std::runtime_error naming table and line of the first mistake.
Scenario import_tables(const std::map<std::string, std::string>& tables);

}  // namespace scenarios
