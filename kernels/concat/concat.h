// concat: tensors that differ in one axis only, joined along it; slice: the inverse.
#pragma once

#include <vector>

#include "kernels/dispatch.h"

namespace scrim::kernels {

/// The shape of the joined tensor. Throws Error when another axis differs.
Shape concat_shape(const std::vector<Shape>& parts, int axis);

/// Overwrites y with the parts, in order, along `axis`.
void concat(const std::vector<ConstView>& parts, int axis, View y);

/// Overwrites y with the cells [begin, begin + y.shape[axis]) of x along `axis`.
void slice(ConstView x, int axis, std::int64_t begin, View y);

}  // namespace scrim::kernels
