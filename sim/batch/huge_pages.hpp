// Memory for arrays that are visited all over.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

namespace sim {

/// Begins at 0, and takes no room before it is written to. In huge pages where the system lends them: lookups wait less
/// for the translation of their addresses, and the first write to a page brings two megabytes.
class HugePages {
 public:
  static constexpr std::size_t page = std::size_t{2} << 20;

  HugePages() = default;
  explicit HugePages(std::size_t bytes);
  /// Where the first page begins; null of none.
  std::byte* data() const {
    return reinterpret_cast<std::byte*>((reinterpret_cast<std::uintptr_t>(mapped_.get()) + page - 1) / page * page);
  }

 private:
  struct Unmap {
    std::size_t bytes;
    void operator()(void* mapped) const;
  };
  std::unique_ptr<void, Unmap> mapped_{nullptr, Unmap{0}};
};

}  // namespace sim
