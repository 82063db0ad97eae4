// A sweep in pieces: which cells are mine, in what order, and who else is writing here.
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace sim {

/// Piece `index` of `count`.
struct Shard {
  std::size_t index = 0, count = 1;
  std::string from;  ///< where it is from: "--shard", "SLURM_ARRAY_TASK_ID"
  bool is_whole() const { return count == 1; }
};

/// "2/8": pieces are counted from 0. Nothing if it is not of this form or out of range.
std::optional<Shard> parse_shard(const std::string& text);

/// From a Slurm array (SLURM_ARRAY_TASK_ID, _MIN, _STEP, _COUNT) and, inside each of its tasks, the ranks of an MPI
/// launcher or of srun. `get`: as std::getenv. Throws std::runtime_error if the environment contradicts itself.
Shard shard_from(const std::function<const char*(const char*)>& get);

/// The cells of a shard in the order in which they are lived: scattered over the design, so that whatever is done is an
/// even sample of it, and the same for every piece of the same count.
std::vector<std::size_t> cells_of(const Shard& shard, std::size_t cells);

/// Keeps other processes off a sweep's folder while it lives: the whole folder, or one piece of it beside others. The
/// kernel lets go of it when the process dies.
class FolderLock {
 public:
  /// Throws FolderBusy, or std::system_error naming the folder.
  FolderLock(const std::filesystem::path& folder, const Shard& shard);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  /// Whether somebody is writing there now.
  static bool is_held(const std::filesystem::path& folder);

 private:
  int folder_ = -1, piece_ = -1;
};

/// Another process is writing there. Exit code 75.
struct FolderBusy : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace sim
