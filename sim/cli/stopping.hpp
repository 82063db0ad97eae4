// Ctrl-C and kill, politely: the first asks for an end and leaves time to save, another a second later ends at once.
#pragma once
#include <atomic>

namespace cli {

/// From now on the first SIGINT, SIGTERM or SIGHUP (unless it is ignored) sets the flag that is returned.
const std::atomic<bool>& stop_on_signals();

/// The signal that came; 0: none.
int stopped_by();

/// For commands with nothing to save: Ctrl-C ends them with a word. Before stop_on_signals.
void tell_of_interrupts();

}  // namespace cli
