#include "kernels/instance_norm/instance_norm.h"

namespace scrim::kernels {
namespace {

Shape rows_of(const Shape& x) {
  require(x.rank() >= 1 && x[x.rank() - 1] >= 1, "instance_norm",
          "x has the shape {}, expected [..,F], F >= 1", x.str());
  return {x.numel() / x[x.rank() - 1]};
}

}  // namespace

void instance_norm_forward(ConstView x, View y, View rstd, double epsilon) {
  require_same_type("instance_norm", x, y);
  require_same_type("instance_norm", x, rstd);
  require_shape("instance_norm", "y", y, x.shape);
  require_shape("instance_norm", "rstd", rstd, rows_of(x.shape));
  dispatch(instance_norm_forward_kernels, y, x, y, rstd, epsilon);
}

void instance_norm_backward(ConstView y, ConstView rstd, ConstView gy, View gx) {
  require_same_type("instance_norm", y, gx);
  require_same_type("instance_norm", gy, gx);
  require_shape("instance_norm", "gy", gy, y.shape);
  require_shape("instance_norm", "gx", gx, y.shape);
  require_shape("instance_norm", "rstd", rstd, rows_of(y.shape));
  dispatch(instance_norm_backward_kernels, gx, y, rstd, gy, gx);
}

}  // namespace scrim::kernels
