// Pieces of work made by any thread at any time and taken in their order: how results stay the same for every number of
// threads.
#pragma once
#include <algorithm>
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

/// Makes pieces 0 .. n-1 and takes them one after the other. A thread that runs too far ahead waits, so that memory
/// stays bounded. What is thrown anywhere ends the work and is thrown here.
///   make_worker  called once on each thread; gives what makes a piece from its number
///   take         called from one thread at a time, in the order of the numbers
///   stop         set from outside to stop: pieces in hand are finished and taken, the rest is left
template <class MakeWorker, class Take>
void in_order(std::int64_t n, int threads, const std::atomic<bool>* stop, MakeWorker make_worker, Take take) {
  using Piece = decltype(make_worker()(std::int64_t{}));
  std::mutex mutex;
  std::condition_variable ahead;
  std::map<std::int64_t, Piece> early;
  std::int64_t due = 0;
  std::exception_ptr failed;
  std::atomic<std::int64_t> next{0};

  const auto add = [&](std::int64_t number, Piece piece) {
    std::unique_lock lock(mutex);
    ahead.wait(lock, [&] { return failed || number < due + 4 * threads; });
    if (failed) return;
    early.emplace(number, std::move(piece));
    for (auto it = early.find(due); it != early.end(); it = early.find(due)) {
      take(std::move(it->second));
      early.erase(it);
      ++due;
    }
    ahead.notify_all();
  };
  const auto work = [&] {
    try {
      auto make = make_worker();
      while (!stop || !stop->load(std::memory_order_relaxed)) {
        const std::int64_t number = next.fetch_add(1);
        if (number >= n) break;
        add(number, make(number));
      }
    } catch (...) {
      const std::scoped_lock lock(mutex);
      next = n;
      if (!failed) failed = std::current_exception();
      ahead.notify_all();
    }
  };
  {
    std::vector<std::jthread> others;  // joined whatever happens
    try {
      for (int i = 1; i < std::min<std::int64_t>(threads, n); ++i) others.emplace_back(work);
    } catch (const std::system_error&) {  // no more threads to be had: fewer do as well
    }
    work();
  }
  if (failed) std::rethrow_exception(failed);
}

}  // namespace sim
