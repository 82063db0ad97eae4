#include "sim/output/trips.hpp"

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <system_error>

#include "sim/output/netcdf.hpp"
#include "sim/output/stored.hpp"
#include "sim/output/whole_file.hpp"

namespace sim {
namespace {

namespace fs = std::filesystem;

std::string part_name(int number) {
  char name[32];
  std::snprintf(name, sizeof name, "part_%06d.h5", number);
  return name;
}

bool is_part(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  return entry.is_regular_file() && name.starts_with("part_") && name.ends_with(".h5");
}

/// Throws ResultsError if a folder holds anything but parts, and what a killed run left of one.
void refuse_foreign(const fs::path& folder) {
  if (!fs::exists(folder)) return;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (!is_part(entry) && !(entry.is_regular_file() && entry.path().extension() == ".tmp"))
      throw ResultsError(folder.string() + " holds files that are not safeconduct's (" +
                         entry.path().filename().string() + "); move them away or choose another --out");
}

void remove_parts(const fs::path& folder) {
  refuse_foreign(folder);
  fs::remove_all(folder);
}

std::size_t row_bytes() {
  std::size_t bytes = 0;
  for (const Field& f : results_schema()) {
    if (f.group != "trips") continue;
    switch (f.type) {
      case Type::flag:
        bytes += 1;
        break;
      case Type::id:
      case Type::small:
        bytes += 2;
        break;
      case Type::large:
        bytes += 8;
        break;
      default:
        bytes += 4;
    }
  }
  return bytes;
}

}  // namespace

fs::path trips_folder(const fs::path& results) { return fs::path(results).replace_extension(".trips"); }

struct TripsWriter::Part {
  std::vector<Variable> columns;
  std::size_t rows = 0;
  std::int64_t first_replicate = 0;
};

TripsWriter::TripsWriter(const fs::path& results, const agents::Stage& stage, const ResultsText& text,
                         std::uint64_t seed, std::int64_t part_bytes)
    : folder_(trips_folder(results)),
      partial_(folder_.string() + ".partial"),
      stage_(stage),
      fingerprint_(run_fingerprint(text, seed)),
      seed_(seed),
      most_rows_(std::max<std::size_t>(1, static_cast<std::size_t>(part_bytes) / row_bytes())),
      part_(std::make_unique<Part>(Part{trip_columns(stage, most_rows_)})) {
  refuse_foreign(folder_);
  remove_parts(partial_);
  fs::create_directories(partial_);
}

TripsWriter::~TripsWriter() {
  writing_.clear();  // waits
  std::error_code ignored;
  fs::remove_all(partial_, ignored);
}

void TripsWriter::add(const TripTable& trips) {
  const std::vector<std::int64_t>& replicate = trips.replicate;
  std::size_t kept = 0;
  for (std::size_t from = 0; from < trips.rows();) {
    std::size_t to = from;  // past the end of a replicate
    while (to < trips.rows() && replicate[to] == replicate[from]) ++to;
    if (part_->rows > 0 && part_->rows + (to - from) > most_rows_) {
      add_trips(trips, kept, from - kept, part_->columns);
      kept = from;
      write_part(replicate[from]);
    }
    part_->rows += to - from;
    from = to;
  }
  add_trips(trips, kept, trips.rows() - kept, part_->columns);
}

void TripsWriter::finish(std::int64_t replicates) {
  write_part(replicates);
  wait_until_at_most(0);
  remove_parts(folder_);
  fs::rename(partial_, folder_);
  flush_folder(folder_.has_parent_path() ? folder_.parent_path() : fs::path("."));
}

void TripsWriter::wait_until_at_most(std::size_t parts) {
  while (writing_.size() > parts) {
    std::future<void> first = std::move(writing_.front());
    writing_.pop_front();
    first.get();
  }
}

void TripsWriter::write_part(std::int64_t past_replicate) {
  wait_until_at_most(2);
  auto next = std::make_unique<Part>(Part{trip_columns(stage_, most_rows_), 0, past_replicate});
  writing_.push_back(
      std::async(std::launch::async, [this, number = parts_, past_replicate, part = std::move(part_)]() mutable {
        static std::mutex library;  // not every HDF5 stands two threads
        std::unique_lock lock(library);
        NetcdfWriter file(NetcdfWriter::Packing::plain);
        file.attribute("", "Conventions", "CF-1.10");
        file.attribute("", "filetype", std::string(trips_filetype));
        file.attribute("", "version", results_version);
        file.attribute("", "source", "safeconduct " SAFECONDUCT_VERSION);
        file.attribute("", "seed", seed_);
        file.attribute("", "fingerprint", fingerprint_);
        file.attribute("", "part", std::int64_t{number});
        file.attribute("", "first_replicate", part->first_replicate);
        file.attribute("", "past_replicate", past_replicate);
        file.dimension("", "trip", part->rows);
        for (Variable& column : part->columns) {
          column.path = column.path.substr(column.path.find('/') + 1);
          file.write(column);
        }
        part.reset();
        const std::vector<std::byte> image = file.finish();
        lock.unlock();
        write_whole(partial_ / part_name(number), image);
      }));
  ++parts_;
  part_ = std::move(next);
}

}  // namespace sim
