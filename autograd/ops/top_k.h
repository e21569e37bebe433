// top_k, gather and scatter with their gradients; rules in kernels/top_k/top_k.h.
#pragma once

#include "autograd/variable.h"

namespace scrim {

struct TopK {
  Variable values;  ///< largest first; their gradient flows to the places they were taken from
  Tensor indices;   ///< i64, of the same shape
};

/// The k largest of each line along `axis`.
TopK top_k(const Variable& x, int axis, std::int64_t k);
/// y takes x's elements at `index` (i64) along `axis`.
Variable gather(const Variable& x, const Tensor& index, int axis);
/// `base` with `source` put at `index` along `axis`; the indices of a line differ.
Variable scatter(const Variable& base, const Tensor& index, const Variable& source, int axis);

}  // namespace scrim
