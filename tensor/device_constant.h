// Tensors that depend only on sizes: grids, means, indices. The processor makes them each time. A GPU keeps them, so that no
// step copies them there.
#pragma once

#include <functional>
#include <string>

#include "tensor/tensor.h"

namespace scrim {

/// What `make` gives on the processor, on `device`. `key` says all that it depends on.
Tensor device_constant(Device device, const std::string& key, const std::function<Tensor()>& make);

}  // namespace scrim
