#include "sim/cli/stopping.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ctime>

namespace cli {
namespace {

std::atomic<bool> stop{false};
std::atomic<int> by{0};
std::atomic<std::int64_t> asked_at{0};

// timeout and job systems signal the process and then its group: that is one request
constexpr std::int64_t one_request = 1'000'000'000;

std::int64_t nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

extern "C" void on_signal(int number) {
  const int error = errno;
  int none = 0;
  if (by.compare_exchange_strong(none, number)) {
    asked_at = nanoseconds();
    stop = true;
  } else if (asked_at != 0 && nanoseconds() - asked_at > one_request) {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
  errno = error;
}

extern "C" void on_interrupt(int number) {
  constexpr char words[] = "safeconduct: stopped before it was done\n";
  constexpr char erase[] = "\r\033[K";
  if (isatty(STDERR_FILENO)) [[maybe_unused]]
    const auto erased = write(STDERR_FILENO, erase, sizeof erase - 1);
  [[maybe_unused]] const auto written = write(STDERR_FILENO, words, sizeof words - 1);
  std::signal(number, SIG_DFL);
  std::raise(number);
}

}  // namespace

const std::atomic<bool>& stop_on_signals() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  if (std::signal(SIGHUP, on_signal) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // under nohup
  return stop;
}

int stopped_by() { return by; }

void tell_of_interrupts() {
  if (std::signal(SIGINT, on_interrupt) == SIG_IGN) std::signal(SIGINT, SIG_IGN);
}

}  // namespace cli
