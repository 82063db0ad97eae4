// Files that are there whole or not at all: whatever happens while one is written, the name holds the old file or the
// new one.
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace sim {

/// Writes beside `path`, flushes to the disk, renames. Throws std::system_error whose message names `path`; then
/// nothing of the new file is left.
void write_whole(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_whole(const std::filesystem::path& path, std::string_view text);

/// Throws std::system_error naming `path`.
std::vector<std::byte> read_whole(const std::filesystem::path& path);

/// Makes a rename in `folder` survive a power cut, where the file system can.
void flush_folder(const std::filesystem::path& folder);

}  // namespace sim
