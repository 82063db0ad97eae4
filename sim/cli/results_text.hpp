// What the scenarios know and the results file keeps; and back again, for replay and export.
#pragma once
#include <filesystem>
#include <string>

#include "agents/stage.hpp"
#include "scenarios/scenario.hpp"
#include "sim/output/results.hpp"

namespace cli {

sim::ResultsText results_text(const scenarios::Scenario& scenario, std::string resolved);

/// A results file, opened to be lived again.
struct Revived {
  sim::StoredRun run;
  scenarios::Scenario scenario;
};
Revived revive(const std::filesystem::path& results);

std::string machine_name();

}  // namespace cli
