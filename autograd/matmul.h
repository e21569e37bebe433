// Matrix product and linear with their gradients; formulas in kernels/matmul/matmul.h.
#pragma once

#include "autograd/variable.h"
#include "kernels/matmul/matmul.h"

namespace scrim {

/// a[M,K] * b[K,N] to [M,N], or [B,M,K] * [B,K,N] to [B,M,N], or [B,M,K] * [K,N] to [B,M,N];
/// each operand may be stored transposed (with a shared b: only b).
Variable matmul(const Variable& a, const Variable& b, const kernels::MatmulOptions& options = {});

/// x[..,I], w[O,I], b[O] or undefined, to [..,O].
Variable linear(const Variable& x, const Variable& w, const Variable& b);

}  // namespace scrim
