// relu as a layer: no parameters, one call. The pattern for every layer that only computes.
#pragma once

#include "autograd/ops/relu.h"
#include "layers/module.h"

namespace scrim {

class Relu : public Callable<Relu> {
 public:
  using Callable::Callable;
  Variable forward(const Variable& x) const { return relu(x); }
};

}  // namespace scrim
