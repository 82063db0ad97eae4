#include "sim/cli/stopping.hpp"

#include <csignal>

namespace cli {
namespace {

std::atomic<bool> stop{false};
std::atomic<int> by{0};

extern "C" void on_signal(int number) {
  by = number;
  stop = true;
  std::signal(number, SIG_DFL);  // a second one kills at once
}

}  // namespace

const std::atomic<bool>& stop_on_signals() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  return stop;
}

int stopped_by() { return by; }

}  // namespace cli
