#include "sim/output/whole_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace sim {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(int error, const std::string& what, const fs::path& path) {
  throw std::system_error(error, std::generic_category(), what + " " + path.string());
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }
  int close() {
    const int result = number_ < 0 ? 0 : ::close(number_);
    number_ = -1;
    return result;
  }

 private:
  int number_;
};

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

/// 0 or the error.
int write_all(int file, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(file, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return 0;
}

}  // namespace

void write_whole(const fs::path& path, std::span<const std::byte> bytes) {
  // Cut short for long names. In a folder that machines share a process elsewhere may have our number.
  const std::string stem = "." + path.filename().string().substr(0, 200) + "." + std::to_string(::getpid());
  fs::path beside;
  const auto open_beside = [&](int nth) {
    beside = folder_of(path) / (stem + (nth > 0 ? "." + std::to_string(nth) : "") + ".tmp");
    return ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  };
  int nth = 0, number = open_beside(nth);
  while (number < 0 && errno == EEXIST) number = open_beside(++nth);
  Descriptor file(number);
  if (file.number() < 0) fail(errno, "cannot write", path);
  int error = write_all(file.number(), bytes);
  if (error == 0 && ::fsync(file.number()) != 0) error = errno;
  if (file.close() != 0 && error == 0) error = errno;
  if (error == 0 && ::rename(beside.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(beside.c_str());
    fail(error, "cannot write", path);
  }
  flush_folder(folder_of(path));
}

void write_whole(const fs::path& path, std::string_view text) { write_whole(path, std::as_bytes(std::span(text))); }

void flush_folder(const fs::path& folder) {
  const Descriptor d(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (d.number() >= 0) ::fsync(d.number());  // some file systems cannot; the new name holds a whole file all the same
}

std::vector<std::byte> read_whole(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number() < 0) fail(errno, "cannot read", path);
  struct stat status;
  if (::fstat(file.number(), &status) != 0) fail(errno, "cannot read", path);
  if (S_ISDIR(status.st_mode)) fail(EISDIR, "cannot read", path);
  std::vector<std::byte> bytes(static_cast<std::size_t>(status.st_size));
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::read(file.number(), bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(errno, "cannot read", path);
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

}  // namespace sim
