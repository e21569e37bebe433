#include "kernels/softmax/softmax_loops.h"

namespace scrim::kernels {

void softmax_forward_reference(ConstView x, View y, int axis, SoftmaxResult result) {
  for_real_type(x.dtype, "softmax", [&]<class T>(T) {
    softmax_forward_lines<T>(x, y, axis, result, 0, AxisLines("softmax", x.shape, axis).lines());
  });
}

void softmax_backward_reference(ConstView y, ConstView gy, View gx, int axis, SoftmaxResult result) {
  for_real_type(y.dtype, "softmax", [&]<class T>(T) {
    softmax_backward_lines<T>(y, gy, gx, axis, result, 0, AxisLines("softmax", y.shape, axis).lines());
  });
}

}  // namespace scrim::kernels
