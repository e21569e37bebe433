// grid_sample with its gradients; conventions in kernels/grid_sample/grid_sample.h.
#pragma once

#include "autograd/variable.h"
#include "kernels/grid_sample/grid_sample.h"

namespace scrim {

/// x[N,H,W,C] looked up at grid[N,Ho,Wo,2] to [N,Ho,Wo,C].
Variable grid_sample(const Variable& x, const Variable& grid, const kernels::GridSampleOptions& options);

}  // namespace scrim
