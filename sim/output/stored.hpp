// Between the schema and the file: variables as they are stored, and results files opened with an eye to mistakes.
#pragma once
#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sim/output/netcdf.hpp"
#include "sim/output/results.hpp"
#include "sim/output/schema.hpp"

namespace sim {

/// A variable with the attributes of its field; `more` goes before them.
Variable described(const Field& field, Values values, std::vector<std::string> meanings = {},
                   std::map<std::string, std::string> more = {});

/// The columns of the group `trips`, with room for rows but without any.
std::vector<Variable> trip_columns(const agents::Stage& stage, std::size_t rows);
/// Adds n rows to them, from a row on.
void add_trips(const TripTable& trips, std::size_t from, std::size_t n, std::vector<Variable>& columns);

struct OpenedResults {
  NetcdfReader file;
  std::array<std::int32_t, 2> version;
};

/// Errors: as read_stored_run.
OpenedResults open_stored(const std::filesystem::path& path);

/// Whether it begins as HDF5 files do; one that is cut short may.
bool is_hdf5(std::span<const std::byte> file);

/// The attribute `filetype`; throws if there is none.
std::string filetype_of(const std::filesystem::path& path);

/// `cure`: what writes it again.
[[noreturn]] void throw_damaged(const std::filesystem::path& path, const std::string& why,
                                const std::string& cure = "run the scenario again");

/// Does what reads a file; what HDF5 says of it becomes a DamagedFile.
template <class Read>
auto explained(const std::filesystem::path& path, const std::string& cure, Read read) {
  try {
    return read();
  } catch (const ResultsError&) {
    throw;
  } catch (const std::exception& e) {
    throw_damaged(path, e.what(), cure);
  }
}
template <class Read>
auto explained(const std::filesystem::path& path, Read read) {
  return explained(path, "run the scenario again", read);
}

}  // namespace sim
