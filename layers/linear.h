// A fully connected layer.
#pragma once

#include "autograd/ops/matmul.h"
#include "layers/module.h"

namespace scrim {

class Linear : public Callable<Linear> {
 public:
  Linear(std::int64_t in_features, std::int64_t out_features, const Place& place);
  Variable forward(const Variable& x) const;  ///< x[..,I] to [..,O]

  Variable weight;  ///< [O, I]
  Variable bias;    ///< [O]
};

}  // namespace scrim
