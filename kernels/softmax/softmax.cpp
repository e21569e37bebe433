#include "kernels/softmax/softmax.h"

#include "kernels/axis_lines.h"

namespace scrim::kernels {

void softmax_forward(ConstView x, View y, int axis, SoftmaxResult result) {
  require_same_type("softmax", x, y);
  require_shape("softmax", "y", y, x.shape);
  if (AxisLines("softmax", x.shape, axis).size == 0) return;
  dispatch(softmax_forward_kernels, y, x, y, axis, result);
}

void softmax_backward(ConstView y, ConstView gy, View gx, int axis, SoftmaxResult result) {
  require_same_type("softmax", y, gx);
  require_same_type("softmax", gy, gx);
  require_shape("softmax", "gy", gy, y.shape);
  require_shape("softmax", "gx", gx, y.shape);
  if (AxisLines("softmax", y.shape, axis).size == 0) return;
  dispatch(softmax_backward_kernels, gx, y, gy, gx, axis, result);
}

}  // namespace scrim::kernels
