// Tensors that networks make of nothing but sizes: grids, means, indices. On the processor they are made anew; a GPU
// keeps them, so that no step has to copy them there.
#pragma once

#include <functional>
#include <string>

#include "tensor/tensor.h"

namespace scrim {

/// What `make` gives on the processor, on `device`. `key` says all that it depends on.
Tensor device_constant(Device device, const std::string& key, const std::function<Tensor()>& make);

}  // namespace scrim
