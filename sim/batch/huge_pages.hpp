// Memory for arrays that are visited all over.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

namespace sim {

/// Holds anything at first; a fresh one takes no room before it is written to. In huge pages where the system lends
/// them: lookups wait less for the translation of their addresses. The first write to such a page takes a while, as two
/// megabytes are cleared; so what is given back is kept for the next that fits in it.
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
  struct GiveBack {
    std::size_t bytes;
    void operator()(void* mapped) const noexcept;
  };
  std::unique_ptr<void, GiveBack> mapped_{nullptr, GiveBack{0}};
};

}  // namespace sim
