#include "kernels/conv2d/conv2d.h"

namespace scrim::kernels {

Shape conv2d_output_shape(const Shape& x, const Shape& w, const Conv2dOptions& o) {
  require(x.rank() == 4, "conv2d", "x has the shape {}, expected [N,H,W,C]", x.str());
  require(w.rank() == 4, "conv2d", "w has the shape {}, expected [O,C/groups,Kh,Kw]", w.str());
  require(o.groups >= 1 && x[3] % o.groups == 0 && w[0] % o.groups == 0 && w[1] == x[3] / o.groups, "conv2d",
          "w {} does not fit x {} with {} groups", w.str(), x.str(), o.groups);
  require(w[0] > 0 && w[1] > 0 && w[2] > 0 && w[3] > 0, "conv2d", "w {} has an empty axis", w.str());
  require(o.stride.h >= 1 && o.stride.w >= 1 && o.dilation.h >= 1 && o.dilation.w >= 1 && o.padding.h >= 0 &&
              o.padding.w >= 0,
          "conv2d", "stride {}x{}, dilation {}x{} and padding {}x{}: expected at least 1, 1 and 0",
          o.stride.h, o.stride.w, o.dilation.h, o.dilation.w, o.padding.h, o.padding.w);
  const std::int64_t free_h = x[1] + 2 * o.padding.h - o.dilation.h * (w[2] - 1) - 1;
  const std::int64_t free_w = x[2] + 2 * o.padding.w - o.dilation.w * (w[3] - 1) - 1;
  require(free_h >= 0 && free_w >= 0, "conv2d", "the window of w {} is larger than the padded x {}", w.str(),
          x.str());
  return {x[0], free_h / o.stride.h + 1, free_w / o.stride.w + 1, w[0]};
}

void conv2d_forward(ConstView x, ConstView w, ConstView b, View y, const Conv2dOptions& options) {
  require_same_type("conv2d", x, y);
  require_wide_type("conv2d", w, y);
  require_shape("conv2d", "y", y, conv2d_output_shape(x.shape, w.shape, options));
  if (b) {
    require_wide_type("conv2d", b, y);
    require_shape("conv2d", "b", b, {w.shape[0]});
  }
  dispatch(conv2d_forward_kernels, y, x, w, b, y, options);
}

void conv2d_backward_input(ConstView gy, ConstView w, View gx, const Conv2dOptions& options) {
  require_same_type("conv2d", gy, gx);
  require_wide_type("conv2d", w, gx);
  require_shape("conv2d", "gy", gy, conv2d_output_shape(gx.shape, w.shape, options));
  dispatch(conv2d_input_kernels, gx, gy, w, gx, options);
}

void conv2d_backward_weight(ConstView x, ConstView gy, View gw, const Conv2dOptions& options) {
  require_same_type("conv2d", x, gy);
  require_wide_type("conv2d", gw, gy);
  require_shape("conv2d", "gy", gy, conv2d_output_shape(x.shape, gw.shape, options));
  dispatch(conv2d_weight_kernels, gw, x, gy, gw, options);
}

void conv2d_backward_bias(ConstView gy, View gb) {
  require_wide_type("conv2d", gb, gy);
  require_rank("conv2d", "gy", gy, 4);
  require_shape("conv2d", "gb", gb, {gy.shape[3]});
  dispatch(conv2d_bias_kernels, gb, gy, gb);
}

}  // namespace scrim::kernels
