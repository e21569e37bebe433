// permute: the axes of a tensor in another order. y's axis i is x's axis order[i].
#pragma once

#include <vector>

#include "kernels/dispatch.h"

namespace scrim::kernels {

/// The order that undoes `order`. Throws Error unless it holds each of 0..size-1 once.
std::vector<int> inverse_order(const std::vector<int>& order);
Shape permuted_shape(const Shape& x, const std::vector<int>& order);

/// Overwrites y. Any element type.
void permute(ConstView x, const std::vector<int>& order, View y);

}  // namespace scrim::kernels
