// conv2d with its gradients; shapes and formula in kernels/conv2d/conv2d.h.
#pragma once

#include "autograd/variable.h"
#include "kernels/conv2d/conv2d.h"

namespace scrim {

/// x[N,H,W,C], w[O,C/groups,Kh,Kw], b[O] or undefined.
Variable conv2d(const Variable& x, const Variable& w, const Variable& b,
                const kernels::Conv2dOptions& options = {});

}  // namespace scrim
