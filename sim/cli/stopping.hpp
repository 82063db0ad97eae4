// Ctrl-C and kill, politely: the first asks for an end and leaves time to save, the second ends at once.
#pragma once
#include <atomic>

namespace cli {

/// From now on the first SIGINT or SIGTERM sets the flag that is returned.
const std::atomic<bool>& stop_on_signals();

/// The signal that came; 0: none.
int stopped_by();

}  // namespace cli
