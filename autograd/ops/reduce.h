// Sums and means over axes with their gradients, and reshape.
#pragma once

#include "autograd/variable.h"
#include "kernels/reduce/reduce.h"

namespace scrim {

/// keep: reduced axes stay as 1, else they go.
Variable sum(const Variable& x, kernels::Axes axes, bool keep = false);
Variable mean(const Variable& x, kernels::Axes axes, bool keep = false);
Variable mean(const Variable& x);  ///< over all axes, a scalar

/// The largest over axes; equal ones share the gradient.
Variable largest(const Variable& x, kernels::Axes axes, bool keep = false);

/// x repeated to `shape` (kernels/binary/binary.h); its gradient is the sum over the repetitions.
Variable expand(const Variable& x, const Shape& shape);

/// x[N,H,W,C] to [N,1,1,C]: the mean of each channel over the image.
Variable global_avg_pool2d(const Variable& x);

Variable reshape(const Variable& x, const Shape& shape);

}  // namespace scrim
