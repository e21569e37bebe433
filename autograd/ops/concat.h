// concat and slice with their gradients; rules in kernels/concat/concat.h.
#pragma once

#include "autograd/variable.h"

namespace scrim {

/// Joins tensors that differ in `axis` only. The channels of images are axis 3.
Variable concat(const std::vector<Variable>& parts, int axis);
/// The cells [begin, begin + size) of x along `axis`.
Variable slice(const Variable& x, int axis, std::int64_t begin, std::int64_t size);

}  // namespace scrim
