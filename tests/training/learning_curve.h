// What a run learned, for tests.
#pragma once

#include "training/loop/training_loop.h"

namespace scrim::test {

/// The mean training loss of a run's first and of its last epoch: single batches differ by more than what is learned.
/// Takes a run's progress.
class LearningCurve {
 public:
  void operator()(const TrainingProgress& p) {
    if (p.epoch != epoch_) epoch_ = p.epoch, sum_ = steps_ = 0;
    sum_ += p.train_loss;
    last_ = sum_ / ++steps_;
    if (p.epoch == 1) first_ = last_;
  }
  /// Below 1 for a run that learned.
  double fell_to() const { return last_ / first_; }

 private:
  std::int64_t epoch_ = 0;
  double sum_ = 0, steps_ = 0, first_ = 0, last_ = 0;
};

}  // namespace scrim::test
