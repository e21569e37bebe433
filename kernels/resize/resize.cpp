#include "kernels/resize/resize.h"

namespace scrim::kernels {
namespace {

void require_sizes(const ConstView& x, const ConstView& y) {
  require_same_type("resize", x, y);
  require_rank("resize", "x", x, 4);
  require_rank("resize", "y", y, 4);
  require(x.shape.numel() > 0 && y.shape.numel() > 0 && x.shape[0] == y.shape[0] && x.shape[3] == y.shape[3],
          "resize", "{} cannot become {}: only height and width change, and neither is 0", x.shape.str(),
          y.shape.str());
}

}  // namespace

void resize_forward(ConstView x, View y, const ResizeOptions& options) {
  require_sizes(x, y);
  dispatch(resize_forward_kernels, y, x, y, options);
}

void resize_backward(ConstView gy, View gx, const ResizeOptions& options) {
  require_sizes(gx, gy);
  dispatch(resize_backward_kernels, gx, gy, gx, options);
}

}  // namespace scrim::kernels
