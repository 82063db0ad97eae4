#include "sim/experiments/shard.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>
#include <utility>

namespace sim {
namespace {

namespace fs = std::filesystem;

std::optional<std::size_t> number(const char* text) {
  if (!text) return {};
  std::size_t n = 0;
  const char* end = text + std::strlen(text);
  const auto [stop, error] = std::from_chars(text, end, n);
  if (error != std::errc{} || stop != end || stop == text) return {};
  return n;
}

/// Scatters neighbours (the finaliser of splitmix64).
std::uint64_t scattered(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

int open_lock(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0) throw std::system_error(errno, std::generic_category(), "cannot write " + path.string());
  return file;
}

/// False if somebody else holds it (for longer than `status` looks). Where the file system knows no locks, nobody does.
bool take(int file, int how, int tries = 5) {
  while (::flock(file, how | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) break;
    if (--tries <= 0) return false;
    ::usleep(20000);
  }
  return true;
}

}  // namespace

std::optional<Shard> parse_shard(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == text.npos) return {};
  const auto index = number(text.substr(0, slash).c_str()), count = number(text.substr(slash + 1).c_str());
  if (!index || !count || *index >= *count || *count > 1'000'000) return {};
  return Shard{*index, *count, "--shard"};
}

Shard shard_from(const std::function<const char*(const char*)>& get) {
  Shard shard;
  const auto piece = [&](const char* index_name, std::size_t index, std::size_t count) {
    if (index >= count)
      throw std::runtime_error(std::string(index_name) + " is " + std::to_string(index) + " of only " +
                               std::to_string(count));
    if (count == 1) return;
    shard = {shard.index * count + index, shard.count * count,
             shard.from + (shard.from.empty() ? "" : ", ") + index_name};
  };
  if (const auto id = number(get("SLURM_ARRAY_TASK_ID"))) {
    const std::size_t least = number(get("SLURM_ARRAY_TASK_MIN")).value_or(0);
    const std::size_t step = std::max<std::size_t>(1, number(get("SLURM_ARRAY_TASK_STEP")).value_or(1));
    const auto count = number(get("SLURM_ARRAY_TASK_COUNT"));
    if (!count || *id < least) throw std::runtime_error("SLURM_ARRAY_TASK_ID is set, but the rest of the array is not");
    if ((*id - least) / step >= *count)
      throw std::runtime_error("SLURM_ARRAY_TASK_ID is " + std::to_string(*id) + ", and the " + std::to_string(*count) +
                               " of the array are not at equal steps");
    piece("SLURM_ARRAY_TASK_ID", (*id - least) / step, *count);
  }
  // The ranks of one launch; the first pair that is there counts. SLURM_PROCID alone is also set in a batch script.
  constexpr std::pair<const char*, const char*> ranks[] = {{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                                           {"MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE"},
                                                           {"PMI_RANK", "PMI_SIZE"},
                                                           {"SLURM_PROCID", "SLURM_STEP_NUM_TASKS"}};
  for (const auto& [rank_name, size_name] : ranks)
    if (const auto rank = number(get(rank_name)), size = number(get(size_name)); rank && size) {
      piece(rank_name, *rank, *size);
      break;
    }
  return shard;
}

std::vector<std::size_t> cells_of(const Shard& shard, std::size_t cells) {
  std::vector<std::size_t> all(cells), mine;
  for (std::size_t i = 0; i < cells; ++i) all[i] = i;
  std::sort(all.begin(), all.end(),
            [](std::size_t a, std::size_t b) { return std::pair(scattered(a), a) < std::pair(scattered(b), b); });
  for (std::size_t i = shard.index; i < cells; i += shard.count) mine.push_back(all[i]);
  return mine;
}

FolderLock::FolderLock(const fs::path& folder, const Shard& shard) : folder_(open_lock(folder / "lock")) {
  const auto busy = [&](const std::string& what) {
    ::close(folder_);
    if (piece_ >= 0) ::close(piece_);
    throw FolderBusy("another process is writing " + what + " of " + folder.string() +
                     "; wait for it, or name another folder");
  };
  if (!take(folder_, shard.is_whole() ? LOCK_EX : LOCK_SH)) busy("the cells");
  if (shard.is_whole()) return;
  const std::string piece = std::to_string(shard.index) + "_of_" + std::to_string(shard.count);
  piece_ = open_lock(folder / ("lock_" + piece));
  if (!take(piece_, LOCK_EX)) busy("piece " + std::to_string(shard.index) + "/" + std::to_string(shard.count));
}

FolderLock::~FolderLock() {
  if (piece_ >= 0) ::close(piece_);
  if (folder_ >= 0) ::close(folder_);
}

bool FolderLock::is_held(const fs::path& folder) {
  const int file = ::open((folder / "lock").c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0) return false;
  const bool held = !take(file, LOCK_EX, 1);
  ::close(file);
  return held;
}

}  // namespace sim
