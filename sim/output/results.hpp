// The results file: what a run found, and everything needed to live it again. HDF5 laid out as netCDF-4, with CF
// attributes, so that xarray, h5py, ncdump and h5dump open it as it is. It holds only what determines the numbers, so
// equal runs write equal bytes; time, machine and command line go to run_log.hpp. What is in it: SCHEMA.md, printed
// from schema.hpp.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "agents/life.hpp"
#include "agents/stage.hpp"
#include "sim/run/ensemble.hpp"
#include "sim/run/run.hpp"
#include "sim/stats/tally.hpp"

namespace sim {

inline constexpr std::string_view results_filetype = "safeconduct results";
/// Major: an older reader would misread the file, so it refuses. Minor: something was added.
inline constexpr std::array<std::int32_t, 2> results_version = {1, 1};

/// What people read about one row of World::events.
struct EventText {
  std::string name;  ///< "State visit to Tajikistan"
  std::string kind;  ///< may be empty
  std::string date;  ///< first day, ISO 8601
  bool operator==(const EventText&) const = default;
};

/// What the scenarios know, as names and plain text. All text is UTF-8 without NUL.
struct ResultsText {
  std::string title;
  std::string scenario_name;
  std::string start_date;                           ///< ISO 8601; week 0 starts on it
  std::string resolved_scenario;                    ///< TOML
  std::map<std::string, std::string> world_tables;  ///< file name -> CSV: everything that a replay needs
  std::vector<std::string> host_display;            ///< by host; empty: the codes
  std::vector<std::string> leader_display;          ///< by leader; empty: the ids
  std::vector<EventText> events;                    ///< by row of World::events; empty: the ids, no dates
  bool operator==(const ResultsText&) const = default;
};

/// Parameter sets and what came of each. The sets themselves, as a replay reads them, are one of the world's tables.
struct ResultsBySet {
  std::vector<std::string> parameters;  ///< names
  std::vector<double> values;           ///< [set][parameter]
  std::int64_t block = 0;               ///< replicates that share a set
  const std::vector<Outcomes>& by_set;  ///< of the sets lived
};

struct Results {
  const agents::Stage& stage;
  const ResultsText& text;
  std::uint64_t seed = 1;
  agents::Manner manner;
  const Tally& tally;
  std::vector<RidgePoint> ridge;      ///< may be empty
  std::int64_t ridge_replicates = 0;  ///< lived at each point
  TripTable trips;                    ///< the sample, in the order of the replicates
  std::int64_t trips_replicates = 0;  ///< replicates in the sample; 0: no sample
  std::optional<ResultsBySet> sets;   ///< of a run over parameter sets
};

/// The whole file, ready to be written. Throws std::runtime_error if HDF5 fails.
std::vector<std::byte> results_image(const Results& results);

/// A file that is not what it should be; the message names it and says what to do.
struct ResultsError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// One that is cut short or changed.
struct DamagedFile : ResultsError {
  using ResultsError::ResultsError;
};

/// What a results file says about its run.
struct StoredRun {
  std::string program_version;  ///< that wrote it: "0.1.0"
  ResultsText text;             ///< `events` stay empty: world_tables hold them
  std::uint64_t seed = 1;
  std::int64_t replicates = 0;
  std::int64_t trips_replicates = 0;
  std::int64_t ridge_replicates = 0;
  agents::Manner manner;
  std::array<std::int32_t, 2> version{};
  std::string digest;  ///< of the values of all datasets, 64 hexadecimal digits; the same wherever the run is lived
};

/// Reads and checks a results file, its digest included.
/// Throws std::system_error if it cannot be read, ResultsError if it is damaged, foreign or of a later format.
StoredRun read_stored_run(const std::filesystem::path& path);

/// What differs between two results files in memory, dataset by dataset to the bit: the first name; empty: nothing.
std::string first_difference(const std::vector<std::byte>& a, const std::vector<std::byte>& b);

inline constexpr std::string_view trips_filetype = "safeconduct trips", sweep_filetype = "safeconduct sweep";
/// Whether a file is of this program and this type. Never throws for what the file holds; false if there is none.
bool is_file_of(std::string_view filetype, const std::filesystem::path& path);

/// Whether every dataset of an HDF5 file can be read. Never throws, but HDF5 may die of a damaged file.
bool reads_whole(const std::filesystem::path& path);

/// Digest of everything that determines the histories but the count of replicates: the world's tables and the seed. The
/// same text in a results file and in its trips says that they belong together.
std::string run_fingerprint(const ResultsText& text, std::uint64_t seed);

/// How many histories of the run with this fingerprint a results file of this version holds. Never throws: 0 if none.
std::int64_t histories_in(const std::filesystem::path& path, std::string_view fingerprint);

}  // namespace sim
