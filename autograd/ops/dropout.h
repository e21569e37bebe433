// dropout with its gradient; formula in kernels/dropout/dropout.h.
#pragma once

#include "autograd/variable.h"
#include "tensor/random.h"

namespace scrim {

/// y = x * keep / (1 - p) with a given mask (bool; broadcast to x).
Variable dropout(const Variable& x, const Tensor& keep, double p);
/// The same with a mask drawn from `random`, one value an element.
Variable dropout(const Variable& x, const Random& random, double p);

}  // namespace scrim
