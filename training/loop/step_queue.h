// Steps whose numbers nobody has waited for yet. On a GPU, reading a number waits for the step that makes it; steps queued
// before their numbers are read keep the GPU busy. Results do not change.
#pragma once

#include "training/loop/training_task.h"

namespace scrim {

class StepQueue {
 public:
  /// How steps run on a GPU; the processor has computed a step when it returns, and reads at once.
  struct Options {
    bool as_graphs = false;    ///< replay steps as CUDA graphs
    bool reads_later = false;  ///< faults are found when numbers are read
  };
  StepQueue(TrainingTask& task, const Options& options);

  /// Runs a step. Throws NonFiniteError that names step, epoch and op.
  void run(const Batch& batch, const std::optional<Batch>& next);
  std::int64_t size() const { return std::int64_t(unread_.size()); }

  /// Calls use(step, numbers) for all steps since the last call, in their order; steps are counted from 1. Throws
  /// NonFiniteError as run() does, after the steps before the fault.
  void read(const std::function<void(std::int64_t step, const std::vector<double>& numbers)>& use);

 private:
  struct Unread {
    Batch batch;
    std::vector<StepValue> values;
    Tensor numbers;  ///< of all values
  };

  void set_options(const Options& options);
  /// Runs a faulty step again, op by op: what it says, when it fails again.
  std::optional<std::string> named_fault(const Batch& batch);

  TrainingTask& task_;
  std::unique_ptr<StepRunner> steps_;
  Options options_;
  std::vector<Unread> unread_;
};

}  // namespace scrim
