#include "kernels/relu/relu.h"

namespace scrim::kernels {
namespace {
constexpr KernelTable<ReluForward> forward_kernels{"relu", relu_forward_reference, relu_forward_cpu, nullptr};
constexpr KernelTable<ReluBackward> backward_kernels{"relu", relu_backward_reference, relu_backward_cpu, nullptr};
}  // namespace

void relu_forward(ConstView x, View y) {
  require_same_type("relu", x, y);
  require_shape("relu", "y", y, x.shape);
  dispatch(forward_kernels, y, x, y);
}

void relu_backward(ConstView y, ConstView gy, View gx) {
  require_same_type("relu", y, gx);
  require_same_type("relu", gy, gx);
  require_shape("relu", "gy", gy, y.shape);
  require_shape("relu", "gx", gx, y.shape);
  dispatch(backward_kernels, gx, y, gy, gx);
}

}  // namespace scrim::kernels
