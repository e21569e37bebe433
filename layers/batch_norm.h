// Batch normalization.
#pragma once

#include "autograd/ops/batch_norm.h"
#include "layers/module.h"

namespace scrim {

/// Whether a norm keeps running statistics. Without them it normalizes by the batch's own in evaluation too,
/// so that a result depends on the other images of its batch.
enum class RunningStatistics { kept, none };

class BatchNorm2d : public Callable<BatchNorm2d> {
 public:
  BatchNorm2d(std::int64_t channels, const Place& place, RunningStatistics running = RunningStatistics::kept);
  bool has_running_statistics() const { return running_mean.defined(); }
  /// In training by the batch's statistics, updating the running ones; in evaluation by the running ones.
  /// `relu`: max(0, .) of the result, in the same pass.
  Variable forward(const Variable& x, bool relu = false);

  Variable weight, bias;             ///< [C], 1 and 0 at first
  Tensor running_mean, running_var;  ///< [C], 0 and 1 at first; undefined without running statistics
  Tensor num_batches_tracked;        ///< i64 scalar, as PyTorch stores it
  double epsilon = 1e-5, momentum = 0.1;
  bool remake_input = false;  ///< training keeps how to make x again instead of x, where x is a concatenation
};

}  // namespace scrim
