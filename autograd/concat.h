// concat with its gradient; rules in kernels/concat/concat.h.
#pragma once

#include "autograd/variable.h"

namespace scrim {

/// Joins tensors that differ in `axis` only. The channels of images are axis 3.
Variable concat(const std::vector<Variable>& parts, int axis);

}  // namespace scrim
