// A tensor as lines along one axis: what ops along an axis loop over.
#pragma once

#include <string_view>

#include "tensor/host_device.h"
#include "tensor/tensor.h"

namespace scrim::kernels {

/// Element k of line (o, i) stands at (o * size + k) * inner + i.
struct AxisLines {
  std::int64_t outer = 1, size = 1, inner = 1;

  /// Throws Error when the shape has no such axis.
  AxisLines(std::string_view op, const Shape& shape, int axis) {
    require(axis >= 0 && axis < shape.rank(), op, "the tensor {} has no axis {}", shape.str(), axis);
    for (int a = 0; a < axis; ++a) outer *= shape[a];
    size = shape[axis];
    for (int a = axis + 1; a < shape.rank(); ++a) inner *= shape[a];
  }
  SCRIM_HOST_DEVICE std::int64_t lines() const { return outer * inner; }
  /// Offset of a line's first element; its elements are `inner` apart.
  SCRIM_HOST_DEVICE std::int64_t first(std::int64_t line) const {
    return line / inner * size * inner + line % inner;
  }
};

}  // namespace scrim::kernels
