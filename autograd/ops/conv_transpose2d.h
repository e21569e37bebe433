// conv_transpose2d with its gradients; shapes and formula in kernels/conv_transpose2d/conv_transpose2d.h.
#pragma once

#include "autograd/variable.h"
#include "kernels/conv_transpose2d/conv_transpose2d.h"

namespace scrim {

/// x[N,H,W,C], w[C,O/groups,Kh,Kw], b[O] or undefined.
Variable conv_transpose2d(const Variable& x, const Variable& w, const Variable& b,
                          const kernels::ConvTranspose2dOptions& options);

}  // namespace scrim
