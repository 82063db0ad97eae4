// Lives the cells of a sweep and writes each into its folder as soon as it is done. Threads take cells of their own and
// help each other with the last ones; one more thread writes. Whatever the threads and however often it was stopped,
// the cells' files hold the same sums.
#pragma once
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "sim/batch/batch.hpp"
#include "sim/experiments/cell.hpp"
#include "sim/experiments/plan.hpp"

namespace sim {

struct SweepSettings {
  int threads = 1;
  const Kernel* kernel = nullptr;           ///< null: the best this machine has. Never changes a result.
  const std::atomic<bool>* stop = nullptr;  ///< chunks in hand are finished and what was lived is written
  double checkpoint_seconds = 30;           ///< cells that take longer are written in between
  /// Called with replicates lived and cells finished so far, from one thread at a time.
  std::function<void(std::int64_t, std::int64_t)> on_progress;
};

/// A cell to live, from the sums of a partial one if there are any.
struct CellTask {
  std::size_t cell = 0;
  CellSums so_far;
};

/// The world of a cell, ready to be lived; called from several threads at once.
using StageOf = std::function<agents::Stage(std::size_t)>;

/// Cells finished: all of them, or fewer after a stop. Throws what writing throws.
std::int64_t live_cells(const Plan& plan, const std::filesystem::path& folder, std::vector<CellTask> tasks,
                        const StageOf& stage_of, const SweepSettings& settings);

/// One cell in full, in memory.
CellSums live_cell(const Plan& plan, std::size_t cell, const agents::Stage& stage, const SweepSettings& settings);

/// Removes what writers that were killed have left of these cells. Their folder must be locked.
void clear_temporaries(const std::filesystem::path& folder, const std::vector<std::size_t>& cells);

}  // namespace sim
