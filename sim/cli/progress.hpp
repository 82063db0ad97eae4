// A progress line that behaves: on a terminal one line, redrawn at most ten times a second; elsewhere a plain line
// every half minute; always on standard error.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace cli {

class Progress {
 public:
  /// `what`: plural noun, e.g. "histories".
  Progress(std::string what, std::int64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void at(std::int64_t done, const std::string& more = {});  ///< `more`: words after the count

 private:
  using Clock = std::chrono::steady_clock;
  void draw(std::int64_t done, const std::string& more, double seconds);

  std::string what_;
  std::int64_t total_;
  bool terminal_, colour_, shown_ = false;
  Clock::time_point start_ = Clock::now(), last_ = start_;
};

}  // namespace cli
