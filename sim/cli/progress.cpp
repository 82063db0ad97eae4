#include "sim/cli/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "sim/cli/words.hpp"

namespace cli {
namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value && *value;
}

std::string span(double seconds) {
  const auto s = static_cast<std::int64_t>(seconds + 0.5);
  if (s < 60) return std::to_string(s) + " s";
  if (s < 3600) return std::to_string(s / 60) + " min " + std::to_string(s % 60) + " s";
  return std::to_string(s / 3600) + " h " + std::to_string(s / 60 % 60) + " min";
}

int columns() {
  winsize w{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 ? w.ws_col : 80;
}

}  // namespace

Progress::Progress(std::string what, std::int64_t total)
    : what_(std::move(what)),
      total_(total),
      terminal_(isatty(STDERR_FILENO) && std::string_view(is_set("TERM") ? std::getenv("TERM") : "dumb") != "dumb"),
      colour_(terminal_ && !is_set("NO_COLOR")) {}

Progress::~Progress() {
  if (shown_) std::fputs("\r\033[K", stderr);
}

void Progress::at(std::int64_t done, const std::string& more) {
  const auto now = Clock::now();
  const auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::seconds(30);
  if (now - last_ < pause) return;
  last_ = now;
  draw(done, more, std::chrono::duration<double>(now - start_).count());
}

void Progress::draw(std::int64_t done, const std::string& more, double seconds) {
  const double share = static_cast<double>(done) / static_cast<double>(total_);
  const std::string left = done > 0 && done < total_ ? ", " + span(seconds / share - seconds) + " left" : "";
  const std::string words = grouped(done) + " of " + grouped(total_) + " " + what_ + more + left;
  if (!terminal_) {
    std::fprintf(stderr, "%s\n", words.c_str());
    return;
  }
  const int width = columns();
  const int bar = std::clamp(width - static_cast<int>(words.size()) - 4, 0, 40);
  const auto full = static_cast<std::size_t>(share * bar);
  std::string line = "\r";
  if (bar > 4) {
    line += (colour_ ? "\033[32m" : "") + std::string(full, '#') + (colour_ ? "\033[0m" : "");
    line += std::string(static_cast<std::size_t>(bar) - full, '.') + " ";
  }
  line += words.substr(0, static_cast<std::size_t>(std::max(width - 1, 0)));  // a line that wraps is not redrawn whole
  std::fputs((line + "\033[K").c_str(), stderr);
  std::fflush(stderr);
  shown_ = true;
}

}  // namespace cli
