// A forecast that can be held against its maker: counts of histories for every host and event of some coming weeks,
// dated by who states it, under a hash of their own text. The first and last line of the file frame the forecast; the
// hash in the first is of all lines between (`sed '1d;$d' FORECAST.json | sha256sum`). No clock and no machine reach
// it: who states the same writes the same bytes.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sim {

/// Counts of histories, of `Forecast::histories`.
struct HostForecast {
  std::string host;
  bool member = false;                      ///< has a duty to arrest in the first week
  std::vector<std::string> member_changes;  ///< days from which it is the other way round, ISO 8601; mostly none
  std::int64_t visited = 0;                 ///< at least once
  std::int64_t visits = 0;                  ///< all of them, summed over histories
  bool operator==(const HostForecast&) const = default;
};

struct EventForecast {
  std::string name, date, host;
  bool member = false;                   ///< has a duty to arrest in the event's week
  std::int64_t goes = 0, cut_short = 0;  ///< of those who go, how many leave early
  std::int64_t delegates = 0, skips = 0, stays_home = 0, withdrawn = 0, arrested = 0;
  bool operator==(const EventForecast&) const = default;
};

struct LeaderForecast {
  std::string id, name;
  std::vector<std::int64_t> by_visits;         ///< histories with 0, 1, 2, ... visits; ends with the most seen
  std::vector<std::int64_t> by_member_visits;  ///< the same, to members
  std::int64_t arrested = 0;
  std::vector<HostForecast> hosts;  ///< all but the home state, by name
  std::vector<EventForecast> events;
  bool operator==(const LeaderForecast&) const = default;
};

struct Forecast {
  std::string stated;           ///< the date its maker gives it, ISO 8601
  std::string from, to;         ///< first and last day of its weeks
  std::string scenario, title;  ///< name and title
  std::string program;          ///< "safeconduct 0.1.0"
  std::string fingerprint;      ///< of the world, the parameter sets and the seed (run_fingerprint)
  std::uint64_t seed = 1;
  std::int64_t histories = 0;
  std::int64_t sets = 1;  ///< parameter sets
  std::vector<LeaderForecast> leaders;
  bool operator==(const Forecast&) const = default;
};

/// The whole file.
std::string forecast_text(const Forecast& forecast);

/// Throws std::system_error if it cannot be read; ResultsError if it is none, or is not what it was when it was made.
Forecast read_forecast(const std::filesystem::path& path);

}  // namespace sim
