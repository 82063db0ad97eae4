#include "sim/experiments/sweep.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "sim/experiments/adaptive.hpp"
#include "sim/output/whole_file.hpp"
#include "sim/run/run.hpp"

namespace sim {
namespace {

using Clock = std::chrono::steady_clock;

/// A cell that is being lived: hands out chunks and takes them back in order.
class Job {
 public:
  Job(const Plan& plan, CellTask task, agents::Stage stage, int threads)
      : plan_(plan),
        cell_(task.cell),
        goal_(plan.goal.replicates),
        ahead_(4 * threads),
        stage_(std::move(stage)),
        batch_(stage_),
        sums_(task.so_far.kept() > 0 ? std::move(task.so_far) : CellSums(stage_)) {
    settings_.seed = plan.seed_of(task.cell);
    given_ = taken_ = sums_.replicates / chunk_size;
    look();
  }

  const BatchStage& batch() const { return batch_; }
  std::size_t cell() const { return cell_; }

  bool has_chunks() {
    const std::scoped_lock lock(mutex_);
    return !abandoned_ && given_ < end_;
  }

  std::optional<std::int64_t> take() {
    const std::scoped_lock lock(mutex_);
    if (abandoned_ || given_ >= end_) return {};
    return given_++;
  }

  Tally live(BatchLife& life, std::int64_t chunk) const {
    const std::int64_t from = chunk * chunk_size;
    return live_chunk(batch_, life, settings_, from, std::min(from + chunk_size, goal_),
                      false);  // looks are whole chunks
  }

  /// Whether the cell is finished by this.
  bool give(std::int64_t chunk, Tally tally) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return abandoned_ || chunk < taken_ + ahead_; });
    early_.emplace(chunk, std::move(tally));
    for (auto it = early_.find(taken_); it != early_.end(); it = early_.find(taken_)) {
      sums_.add(it->second, taken_);
      early_.erase(it);
      ++taken_;
    }
    if (taken_ == end_) look();
    room_.notify_all();
    return taken_ == end_;
  }

  void abandon() {
    const std::scoped_lock lock(mutex_);
    abandoned_ = true;
    room_.notify_all();
  }

  /// A copy of the sums if they are worth writing once more.
  std::optional<CellSums> checkpoint(double seconds) {
    const std::scoped_lock lock(mutex_);
    const auto now = Clock::now();
    if (std::chrono::duration<double>(now - written_).count() < seconds || taken_ == end_) return {};
    written_ = now;
    return sums_;
  }

  bool has_more_than(std::int64_t replicates) {
    const std::scoped_lock lock(mutex_);
    return sums_.replicates > replicates;
  }
  CellSums& sums() { return sums_; }

 private:
  /// Where the replicates end, for now: with a target, at the next look, unless this one was the last.
  void look() {
    const std::int64_t n = sums_.replicates;
    if (plan_.goal.is_adaptive()) {
      to_ = std::min(AdaptiveRule{}.first, goal_);
      while (to_ < n || (to_ == n && !is_done(plan_, sums_))) to_ = std::min(2 * to_, goal_);
    }
    end_ = (to_ + chunk_size - 1) / chunk_size;
  }

  const Plan& plan_;
  const std::size_t cell_;
  RunSettings settings_;
  const std::int64_t goal_, ahead_;
  const agents::Stage stage_;
  const BatchStage batch_;
  std::mutex mutex_;
  std::condition_variable room_;
  CellSums sums_;
  std::map<std::int64_t, Tally> early_;
  std::int64_t to_ = goal_;                       ///< replicates to live, for now
  std::int64_t given_ = 0, taken_ = 0, end_ = 0;  ///< chunks
  bool abandoned_ = false;
  Clock::time_point written_ = Clock::now();
};

/// Writes cells from a thread of its own, the only one that meets HDF5 and the disk.
class CellWriter {
 public:
  CellWriter(const Plan& plan, const std::filesystem::path& folder, std::size_t most)
      : plan_(plan), folder_(folder), most_(most), thread_([this] { work(); }) {}
  ~CellWriter() { finish(); }

  void put(std::size_t cell, CellSums sums) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return queue_.size() < most_ || failed_; });
    if (failed_) return;
    // A copy that another thread took earlier may come later: it must not take the place of more.
    std::int64_t& most = most_put_[cell];
    if (sums.replicates <= most) return;
    most = sums.replicates;
    queue_.push_back({cell, std::move(sums)});
    work_.notify_one();
  }
  void finish() {
    {
      const std::scoped_lock lock(mutex_);
      closed_ = true;
      work_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
  }
  bool failed() const { return failed_; }
  void rethrow() const {
    if (why_) std::rethrow_exception(why_);
  }

 private:
  struct Item {
    std::size_t cell;
    CellSums sums;
  };

  void work() {
    for (;;) {
      std::optional<Item> item;
      {
        std::unique_lock lock(mutex_);
        work_.wait(lock, [&] { return !queue_.empty() || closed_; });
        if (queue_.empty()) return;
        item = std::move(queue_.front());
        queue_.pop_front();
        room_.notify_all();
      }
      try {
        const CellIdentity who{static_cast<std::int64_t>(item->cell), plan_.fingerprints[item->cell],
                               plan_.goal.target()};
        write_whole(cell_path(folder_, item->cell), cell_image(item->sums, who));
      } catch (...) {
        const std::scoped_lock lock(mutex_);
        why_ = std::current_exception();
        failed_ = true;
        queue_.clear();
        room_.notify_all();
        return;
      }
    }
  }

  const Plan& plan_;
  const std::filesystem::path& folder_;
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable work_, room_;
  std::deque<Item> queue_;
  std::map<std::size_t, std::int64_t> most_put_;  ///< replicates, by cell
  bool closed_ = false;
  std::atomic<bool> failed_{false};
  std::exception_ptr why_;
  std::thread thread_;
};

class Sweep {
 public:
  Sweep(const Plan& plan, const std::filesystem::path& folder, std::vector<CellTask> tasks, const StageOf& stage_of,
        const SweepSettings& s)
      : plan_(plan),
        stage_of_(stage_of),
        s_(s),
        kernel_(s.kernel ? *s.kernel : best_kernel()),
        tasks_(std::move(tasks)),
        writer_(plan, folder, 2 * static_cast<std::size_t>(s.threads)) {}

  std::int64_t live() {
    std::vector<std::thread> others;
    try {
      for (int i = 1; i < s_.threads; ++i) others.emplace_back([this] { work(); });
    } catch (const std::system_error&) {  // no more threads to be had: fewer do as well
    }
    work();
    for (std::thread& t : others) t.join();
    // After a stop: what was lived of the cells in hand.
    for (const auto& [job, had] : active_)
      if (!failed_ && job->has_more_than(had)) writer_.put(job->cell(), std::move(job->sums()));
    writer_.finish();
    if (failed_) std::rethrow_exception(failed_);
    writer_.rethrow();
    return cells_done_;
  }

 private:
  using JobPointer = std::shared_ptr<Job>;

  bool stopped() const { return (s_.stop && s_.stop->load(std::memory_order_relaxed)) || writer_.failed() || give_up_; }

  void work() {
    try {
      while (JobPointer job = next_job()) {
        BatchLife life(job->batch(), kernel_);
        while (!stopped()) {
          const auto chunk = job->take();
          if (!chunk) break;
          Tally tally = job->live(life, *chunk);
          const std::int64_t lived = tally.replicates();
          const bool finished = job->give(*chunk, std::move(tally));
          if (finished)
            close(job);
          else if (auto sums = job->checkpoint(s_.checkpoint_seconds))
            writer_.put(job->cell(), std::move(*sums));
          progress(lived);
        }
        if (stopped()) break;
      }
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      if (!failed_) failed_ = std::current_exception();
      give_up_ = true;
    }
    if (stopped()) {  // nobody waits for a chunk that will not come
      const std::scoped_lock lock(mutex_);
      for (const auto& [job, had] : active_) job->abandon();
    }
  }

  /// A new cell; when there is none left, a cell of another thread that has chunks to give away.
  JobPointer next_job() {
    std::optional<CellTask> task;
    {
      const std::scoped_lock lock(mutex_);
      if (next_task_ == tasks_.size() || stopped()) {
        for (const auto& [job, had] : active_)
          if (!stopped() && job->has_chunks()) return job;
        return nullptr;
      }
      task = std::move(tasks_[next_task_++]);
    }
    const std::size_t cell = task->cell;
    const std::int64_t had = task->so_far.kept();
    auto job = std::make_shared<Job>(plan_, std::move(*task), stage_of_(cell), s_.threads);
    const std::scoped_lock lock(mutex_);
    active_.emplace_back(job, had);
    return job;
  }

  void close(const JobPointer& job) {
    writer_.put(job->cell(), std::move(job->sums()));
    const std::scoped_lock lock(mutex_);
    std::erase_if(active_, [&](const auto& one) { return one.first == job; });
    ++cells_done_;
  }

  void progress(std::int64_t lived) {
    const std::scoped_lock lock(mutex_);
    replicates_done_ += lived;
    if (s_.on_progress) s_.on_progress(replicates_done_, cells_done_);
  }

  const Plan& plan_;
  const StageOf& stage_of_;
  const SweepSettings& s_;
  const Kernel& kernel_;
  std::mutex mutex_;
  std::vector<CellTask> tasks_;
  std::size_t next_task_ = 0;
  std::vector<std::pair<JobPointer, std::int64_t>> active_;  ///< and the replicates it came with
  std::int64_t replicates_done_ = 0, cells_done_ = 0;
  std::atomic<bool> give_up_{false};
  std::exception_ptr failed_;
  CellWriter writer_;
};

}  // namespace

std::int64_t live_cells(const Plan& plan, const std::filesystem::path& folder, std::vector<CellTask> tasks,
                        const StageOf& stage_of, const SweepSettings& settings) {
  return Sweep(plan, folder, std::move(tasks), stage_of, settings).live();
}

CellSums live_cell(const Plan& plan, std::size_t cell, const agents::Stage& stage, const SweepSettings& s) {
  Job job(plan, {cell, {}}, agents::Stage(stage), s.threads);
  std::mutex mutex;
  std::int64_t done = 0;
  const auto work = [&] {
    BatchLife life(job.batch(), s.kernel ? *s.kernel : best_kernel());
    while (const auto chunk = job.take()) {
      Tally tally = job.live(life, *chunk);
      const std::int64_t lived = tally.replicates();
      job.give(*chunk, std::move(tally));
      const std::scoped_lock lock(mutex);
      done += lived;
      if (s.on_progress) s.on_progress(done, 0);
    }
  };
  std::vector<std::jthread> others;
  for (int i = 1; i < s.threads; ++i) others.emplace_back(work);
  work();
  others.clear();
  return std::move(job.sums());
}

void clear_temporaries(const std::filesystem::path& folder, const std::vector<std::size_t>& cells) {
  std::vector<std::string> mine;
  for (const std::size_t cell : cells) mine.push_back("." + cell_path(folder, cell).filename().string() + ".");
  std::sort(mine.begin(), mine.end());
  for (const auto& entry : std::filesystem::directory_iterator(folder / "cells")) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(".") || !name.ends_with(".tmp")) continue;
    const auto at = std::upper_bound(mine.begin(), mine.end(), name);
    if (at != mine.begin() && name.starts_with(*(at - 1))) std::filesystem::remove(entry.path());
  }
}

}  // namespace sim
