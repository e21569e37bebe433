// relu as a layer: no parameters, one call. The pattern for every layer that only computes.
#pragma once

#include "autograd/ops/relu.h"
#include "layers/module.h"

namespace scrim {

class Relu : public Module {
 public:
  Variable operator()(const Variable& x) const {
    const Scope scope(name());
    return relu(x);
  }
};

}  // namespace scrim
