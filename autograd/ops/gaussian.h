// Depthwise Gaussian smoothing with its gradient; formula in kernels/gaussian/gaussian.h.
#pragma once

#include "autograd/variable.h"
#include "kernels/gaussian/gaussian.h"

namespace scrim {

Variable gaussian(const Variable& x, const kernels::GaussianOptions& options);

}  // namespace scrim
