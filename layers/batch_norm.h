// Batch normalisation with running statistics.
#pragma once

#include "autograd/batch_norm.h"
#include "layers/module.h"

namespace scrim {

class BatchNorm2d : public Module {
 public:
  explicit BatchNorm2d(std::int64_t channels);
  /// In training by the batch's statistics, updating the running ones; in evaluation by the running ones.
  /// `relu`: max(0, .) of the result, in the same pass.
  Variable operator()(const Variable& x, bool relu = false);

  Variable weight, bias;             ///< [C], 1 and 0 at first
  Tensor running_mean, running_var;  ///< [C], 0 and 1 at first
  Tensor num_batches_tracked;        ///< i64 scalar, as PyTorch stores it
  double epsilon = 1e-5, momentum = 0.1;
};

}  // namespace scrim
