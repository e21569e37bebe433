#include "kernels/relu/relu.h"

namespace scrim::kernels {

void relu_forward(ConstView x, View y) {
  require_same_type("relu", x, y);
  require_shape("relu", "y", y, x.shape);
  dispatch(relu_forward_kernels, y, x, y);
}

void relu_backward(ConstView y, ConstView gy, View gx) {
  require_same_type("relu", y, gx);
  require_same_type("relu", gy, gx);
  require_shape("relu", "gy", gy, y.shape);
  require_shape("relu", "gx", gx, y.shape);
  dispatch(relu_backward_kernels, gx, y, gy, gx);
}

}  // namespace scrim::kernels
