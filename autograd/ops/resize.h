// resize with its gradient; conventions in kernels/resize/resize.h.
#pragma once

#include "autograd/variable.h"
#include "kernels/resize/resize.h"

namespace scrim {

/// x[N,H,W,C] to [N,height,width,C].
Variable resize(const Variable& x, std::int64_t height, std::int64_t width,
                const kernels::ResizeOptions& options);

}  // namespace scrim
