// From the flat index of some axes to an offset in a tensor.
#pragma once

#include "tensor/host_device.h"
#include "tensor/shape.h"

namespace scrim::kernels {

struct Strided {
  int rank = 0;
  std::int64_t size[Shape::max_rank] = {}, stride[Shape::max_rank] = {};

  /// The next axis, faster than those before. Axes that lie behind each other in memory become one.
  void append(std::int64_t axis_size, std::int64_t axis_stride) {
    if (axis_size == 1) return;
    if (rank > 0 && stride[rank - 1] == axis_size * axis_stride) {
      size[rank - 1] *= axis_size;
      stride[rank - 1] = axis_stride;
      return;
    }
    size[rank] = axis_size;
    stride[rank++] = axis_stride;
  }
  SCRIM_HOST_DEVICE std::int64_t offset(std::int64_t index) const {
    if (rank == 1) return index * stride[0];
    std::int64_t result = 0;
    for (int axis = rank - 1; axis >= 0; --axis) {
      result += index % size[axis] * stride[axis];
      index /= size[axis];
    }
    return result;
  }
  bool is_flat() const { return rank == 0 || (rank == 1 && stride[0] == 1); }
};

}  // namespace scrim::kernels
