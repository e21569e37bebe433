// How new parameters are drawn: PyTorch's default for convolutions and linear layers.
#pragma once

#include "layers/module.h"

namespace scrim {

/// Uniform in [-1/sqrt(fan_in), 1/sqrt(fan_in)): He et al., "Delving Deep into Rectifiers", 2015, with a = sqrt(5),
/// which is what PyTorch's layers start with, weight and bias alike. Element i depends on (random, i) alone.
Tensor uniform_fan_in(const Shape& shape, std::int64_t fan_in, const Random& random);

}  // namespace scrim
