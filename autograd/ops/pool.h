// Pooling with its gradients; formulas in kernels/pool/pool.h. Global average pooling is in
// autograd/reduce.h.
#pragma once

#include "autograd/variable.h"
#include "kernels/pool/pool.h"

namespace scrim {

/// Windows of 2 x 2 side by side.
inline constexpr kernels::PoolOptions halve{.kernel = 2, .stride = 2, .padding = 0};

Variable max_pool2d(const Variable& x, const kernels::PoolOptions& options);
Variable adaptive_avg_pool2d(const Variable& x, std::int64_t output_h, std::int64_t output_w);
Variable avg_pool2d(const Variable& x, const kernels::PoolOptions& options);

}  // namespace scrim
