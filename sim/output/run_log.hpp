// What happened around a run and does not change its numbers: NAME.run.json beside NAME.h5.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace sim {

struct RunLog {
  std::string started;  ///< UTC, ISO 8601
  double seconds = 0;   ///< duration of the run
  std::string machine;  ///< host name
  int threads = 1;
  std::string version, commit, compiler;
  std::vector<std::string> command_line;
  std::map<std::string, std::string> paths;  ///< "results", "world"
  std::int64_t replicates_asked = 0, replicates_lived = 0;
};

/// `results` with .run.json in place of its extension.
std::filesystem::path run_log_path(const std::filesystem::path& results);

/// Written whole. Throws std::system_error.
void write_run_log(const std::filesystem::path& results, const RunLog& log);

/// Now, in UTC: "2025-10-08T09:30:00Z".
std::string utc_now();

}  // namespace sim
