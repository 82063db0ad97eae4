// Chunks of replicates on several threads, taken up again in their own order: a result that is added up chunk by chunk
// does not depend on the number of threads, nor on which of them was faster.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace sim {

/// make_worker() gives each thread its own function of a chunk's number, 0 .. chunks - 1; take_up(part) gets what they
/// return, in order, from one thread at a time. After a stop the chunks in hand are finished: those taken up are always
/// 0 .. k - 1. Throws what any of the functions throws.
template <class MakeWorker, class TakeUp>
void in_order(std::int64_t chunks, int threads, const std::atomic<bool>* stop, MakeWorker make_worker, TakeUp take_up) {
  using Part = decltype(make_worker()(std::int64_t{}));
  std::mutex mutex;
  std::condition_variable moved_on;
  std::map<std::int64_t, Part> early;
  std::int64_t next_up = 0;
  std::exception_ptr failed;
  std::atomic<std::int64_t> next{0};

  const auto hand_in = [&](std::int64_t number, Part part) {
    std::unique_lock lock(mutex);
    moved_on.wait(lock, [&] { return failed || number < next_up + 4 * threads; });  // so that memory stays bounded
    if (failed) return;
    early.emplace(number, std::move(part));
    for (auto it = early.find(next_up); it != early.end(); it = early.find(next_up)) {
      take_up(std::move(it->second));
      early.erase(it);
      ++next_up;
    }
    moved_on.notify_all();
  };
  const auto work = [&] {
    try {
      auto worker = make_worker();
      while (!stop || !stop->load(std::memory_order_relaxed)) {
        const std::int64_t number = next.fetch_add(1);
        if (number >= chunks) break;
        hand_in(number, worker(number));
      }
    } catch (...) {
      next = chunks;
      const std::scoped_lock lock(mutex);
      if (!failed) failed = std::current_exception();
      moved_on.notify_all();
    }
  };
  {
    std::vector<std::jthread> others;  // joined whatever happens
    try {
      for (int i = 1; i < threads; ++i) others.emplace_back(work);
    } catch (const std::system_error&) {  // no more threads to be had: fewer do as well
    }
    work();
  }
  if (failed) std::rethrow_exception(failed);
}

}  // namespace sim
