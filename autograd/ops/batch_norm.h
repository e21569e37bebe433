// batch_norm with its gradients; formula in kernels/batch_norm/batch_norm.h.
#pragma once

#include "autograd/variable.h"

namespace scrim {

/// Which mean and variance normalize x.
enum class NormStatistics {
  batch,    ///< x's own; running statistics, when given, are updated
  running,  ///< the given ones; they are constants
};

struct BatchNormOptions {
  NormStatistics statistics = NormStatistics::batch;
  double epsilon = 1e-5;
  double momentum = 0.1;  ///< running = (1 - momentum) * running + momentum * batch; the variance unbiased
  bool relu = false;      ///< y = max(0, .), in the same pass over memory
  bool remake_input = false;  ///< keep how to make x again instead of x, where that is cheap: less memory
};

/// x[..,C], weight[C], bias[C]. `running_mean` and `running_variance` [C] may be null with batch statistics; `batches` (i64,
/// one element) counts how often they were updated.
Variable batch_norm(const Variable& x, const Variable& weight, const Variable& bias, Tensor* running_mean,
                    Tensor* running_variance, const BatchNormOptions& options = {},
                    Tensor* batches = nullptr);

/// x by its own statistics, written over; for evaluation without gradients, where x has no other reader.
void batch_norm_in_place(Tensor& x, const Tensor& weight, const Tensor& bias, double epsilon, bool relu);

}  // namespace scrim
