// The kernel and what it needs: the stage as plain arrays, the state of a block, and the instruction set to run on.
#pragma once
#include <memory>
#include <span>

#include "agents/decision.hpp"
#include "agents/stage.hpp"
#include "sim/batch/view.hpp"
#include "sim/lanes/choose.hpp"

namespace sim {

class Decided;

/// A kernel: an instruction set and, in most phases, a number of replicates side by side. Results depend on neither.
struct Kernel {
  Isa isa;
  int width;
  LiveBlock live;
};
/// Those built into this program, plainest first; of an instruction set this machine lacks too.
const std::vector<Kernel>& kernels();
/// The widest this machine can run.
const Kernel& best_kernel(Isa at_most = Isa::avx512);

/// A stage as the kernel reads it. The Stage must outlive it.
class BatchStage {
 public:
  explicit BatchStage(const agents::Stage& stage);
  ~BatchStage();
  const StageView& view() const;
  const agents::Stage& stage() const { return stage_; }

 private:
  struct Tables;
  const agents::Stage& stage_;
  std::unique_ptr<Tables> tables_;
  friend class BatchLife;
};

/// Writes out what a decision says; `weights`: its two, null where no arrests are weighed. `d` is as made.
void tell(const StageView& stage, const Decided& told, const double* weights, agents::Decision& d);

/// Lives blocks of replicates.
class BatchLife {
 public:
  /// The stage must outlive it.
  BatchLife(const BatchStage& stage, const Kernel& kernel, agents::Manner manner = {});
  ~BatchLife();

  /// Lives replicates first .. first + count - 1; count at most block_replicates. Without weeks, what is followed week
  /// by week is kept as sums over replicates, and each one's for the last week alone.
  void live(std::uint64_t seed, std::uint32_t first, int count, bool with_weeks = true);
  const BlockView& block() const;
  const StageView& stage_view() const;
  /// The rows of block().decisions about replicate `first + r` of the last call, in order.
  std::span<const std::int32_t> rows(int r) const;
  agents::Decision decision(int row) const;
  /// Replicate `first + r` of the last call, as the oracle tells it.
  void tell(int r, agents::History& history) const;

 private:
  struct State;
  const BatchStage& stage_;
  Kernel kernel_;
  std::unique_ptr<State> state_;
};

}  // namespace sim
