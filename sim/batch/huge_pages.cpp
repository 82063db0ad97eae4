#include "sim/batch/huge_pages.hpp"

#include <sys/mman.h>

#include <new>

namespace sim {

HugePages::HugePages(std::size_t bytes) {
  const std::size_t room = bytes + page;
  void* const at = mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) throw std::bad_alloc();
  mapped_ = {at, Unmap{room}};
#ifdef MADV_HUGEPAGE
  madvise(data(), bytes, MADV_HUGEPAGE);
#endif
}

void HugePages::Unmap::operator()(void* mapped) const { munmap(mapped, bytes); }

}  // namespace sim
