// instance_norm with its gradient; formula in kernels/instance_norm/instance_norm.h.
#pragma once

#include "autograd/variable.h"

namespace scrim {

/// x[..,F], each row of F values by its own statistics.
Variable instance_norm(const Variable& x, double epsilon = 1e-5);

}  // namespace scrim
