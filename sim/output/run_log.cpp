#include "sim/output/run_log.hpp"

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "sim/output/whole_file.hpp"

namespace sim {

std::filesystem::path run_log_path(const std::filesystem::path& results) {
  return std::filesystem::path(results).replace_extension(".run.json");
}

void write_run_log(const std::filesystem::path& results, const RunLog& log) {
  nlohmann::ordered_json json;
  json["results"] = results.filename().string();
  json["started"] = log.started;
  json["seconds"] = log.seconds;
  json["replicates_asked"] = log.replicates_asked;
  json["replicates_lived"] = log.replicates_lived;
  json["machine"] = log.machine;
  json["threads"] = log.threads;
  json["version"] = log.version;
  json["commit"] = log.commit;
  json["compiler"] = log.compiler;
  json["command_line"] = log.command_line;
  json["paths"] = log.paths;
  using Json = nlohmann::ordered_json;  // names on this machine need not be UTF-8
  write_whole(run_log_path(results), json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

std::string utc_now() {
  using namespace std::chrono;
  const auto now = floor<seconds>(system_clock::now());
  const auto day = floor<days>(now);
  const year_month_day date(day);
  const hh_mm_ss time(now - day);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text;
}

}  // namespace sim
