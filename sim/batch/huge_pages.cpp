#include "sim/batch/huge_pages.hpp"

#include <sys/mman.h>

#include <mutex>
#include <new>
#include <utility>

namespace sim {
namespace {

/// Mappings that nobody uses; never more than there have been in use at once. Each begins with its line of the list.
class Shelf {
 public:
  struct Piece {
    std::size_t bytes = 0;
    Piece* next = nullptr;
  };

  /// Of at least so many bytes; null if there is none, and then one that is too small makes room for what will be.
  Piece* take(std::size_t bytes) {
    const std::scoped_lock lock(mutex_);
    for (Piece** at = &first_; *at; at = &(*at)->next)
      if ((*at)->bytes >= bytes) return std::exchange(*at, (*at)->next);
    if (first_) unmap_first();
    return nullptr;
  }
  void clear() {
    const std::scoped_lock lock(mutex_);
    while (first_) unmap_first();
  }
  void put(void* mapped, std::size_t bytes) {
    const std::scoped_lock lock(mutex_);
    first_ = new (mapped) Piece{bytes, first_};
  }

 private:
  void unmap_first() {
    Piece* const piece = std::exchange(first_, first_->next);
    munmap(piece, piece->bytes);
  }
  std::mutex mutex_;
  Piece* first_ = nullptr;
} shelf;

}  // namespace

HugePages::HugePages(std::size_t bytes) {
  const std::size_t room = bytes + page;
  if (Shelf::Piece* const kept = shelf.take(room)) {
    mapped_ = {kept, GiveBack{kept->bytes}};
    return;
  }
  const auto map = [room] { return mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); };
  void* at = map();
  if (at == MAP_FAILED) {
    shelf.clear();
    at = map();
  }
  if (at == MAP_FAILED) throw std::bad_alloc();
  mapped_ = {at, GiveBack{room}};
#ifdef MADV_HUGEPAGE
  madvise(data(), bytes, MADV_HUGEPAGE);
#endif
}

void HugePages::GiveBack::operator()(void* mapped) const noexcept { shelf.put(mapped, bytes); }

}  // namespace sim
