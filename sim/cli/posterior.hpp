// Runs over parameter sets, as people ask for them and read them: the file of --posterior, and how much of what comes
// out is chance and how much ignorance.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "scenarios/parameter_sets.hpp"
#include "scenarios/scenario.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/results_text.hpp"
#include "sim/run/ensemble.hpp"

namespace cli {

/// The sets of --posterior FILE, thinned to at most --sets and spread over n replicates; nothing without the option. A
/// note tells of sets that were asked for and are left out. `counted_by`: the option that gives n.
std::optional<scenarios::ParameterSets> posterior_wanted(const Arguments& arguments, std::int64_t replicates,
                                                         std::string_view counted_by = "replicates");

/// The sets a stored run was lived under; nothing if it had one set.
std::optional<scenarios::ParameterSets> sets_of(const Revived& revived);

/// The sets as a run reads them. `base` and `sets` must outlive it.
sim::Ensemble ensemble(const agents::World& base, const scenarios::ParameterSets& sets);

/// Lives the histories of a scenario, under its own parameters or in sets, and hands over the decisions of each, in the
/// order of the histories; a history without decisions hands over none. Shows its progress.
void live_each(const scenarios::Scenario& scenario, const agents::Stage& stage,
               const std::optional<scenarios::ParameterSets>& sets, sim::RunSettings settings,
               const std::function<void(std::span<const sim::TripRecord>)>& take);

/// Chance and ignorance, outcome by outcome, for the summary of a run over `replicates` under `sets`.
std::string uncertainty(const scenarios::Scenario& scenario, const agents::Stage& stage,
                        const std::vector<sim::Outcomes>& by_set, const scenarios::ParameterSets& sets,
                        std::int64_t replicates);

}  // namespace cli
