// softmax and its logarithm with their gradients; formulas in kernels/softmax/softmax.h.
#pragma once

#include "autograd/variable.h"

namespace scrim {

Variable softmax(const Variable& x, int axis);
Variable log_softmax(const Variable& x, int axis);

}  // namespace scrim
