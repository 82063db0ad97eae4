// CSV for spreadsheets and other programs. The columns of the trips are a contract (agents/ODD.md, "Observation").
#pragma once
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "agents/stage.hpp"
#include "sim/run/run.hpp"

namespace sim {

/// One line with the names of the columns; then the lines, a chunk at a time.
void export_trips_header(std::ostream& out);
void export_trips(std::ostream& out, const agents::Stage& stage, const TripTable& trips);

/// Throws what the exports below throw of a file. Errors: as read_stored_run.
void must_be_results(const std::filesystem::path& path);
/// One line for each leader and host of a results file. Errors: as read_stored_run.
void export_hosts(std::ostream& out, const std::filesystem::path& results);
/// One line for each scheduled trip of a results file. Errors: as read_stored_run.
void export_events(std::ostream& out, const std::filesystem::path& results);
/// One line for each leader and week of a results file. Errors: as read_stored_run.
void export_weeks(std::ostream& out, const std::filesystem::path& results);

/// The part of SCHEMA.md about these tables.
std::string exports_page();

}  // namespace sim
