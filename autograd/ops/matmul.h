// Matrix product and linear with their gradients; formulas in kernels/matmul/matmul.h.
#pragma once

#include "autograd/variable.h"
#include "kernels/matmul/matmul.h"

namespace scrim {

/// a[..,M,K] * b[..,K,N] to [..,M,N]; outer axes are broadcast together. Each operand may be stored
/// transposed.
Variable matmul(const Variable& a, const Variable& b, const kernels::MatmulOptions& options = {});

/// x[..,I], w[O,I], b[O] or undefined, to [..,O].
Variable linear(const Variable& x, const Variable& w, const Variable& b);

}  // namespace scrim
