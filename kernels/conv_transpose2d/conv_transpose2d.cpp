#include "kernels/conv_transpose2d/conv_transpose2d.h"

#include "kernels/binary/binary.h"
#include "tensor/memory/device_memory.h"

namespace scrim::kernels {

Conv2dOptions adjoint(const ConvTranspose2dOptions& o) {
  return {{o.stride, o.stride}, {o.padding, o.padding}, {1, 1}, o.groups};
}

Shape conv_transpose2d_output_shape(const Shape& x, const Shape& w, const ConvTranspose2dOptions& o) {
  require(x.rank() == 4, "conv_transpose2d", "x has the shape {}, expected [N,H,W,C]", x.str());
  require(w.rank() == 4, "conv_transpose2d", "w has the shape {}, expected [C,O/groups,Kh,Kw]", w.str());
  require(w[0] == x[3] && o.groups >= 1 && x[3] % o.groups == 0, "conv_transpose2d",
          "w {} does not fit x {} with {} groups", w.str(), x.str(), o.groups);
  require(o.stride >= 1 && o.padding >= 0 && o.output_padding >= 0 && o.output_padding < o.stride,
          "conv_transpose2d",
          "stride {}, padding {}, output padding {}: expected at least 1, at least 0, 0 to stride - 1",
          o.stride, o.padding, o.output_padding);
  const std::int64_t h = (x[1] - 1) * o.stride - 2 * o.padding + w[2] + o.output_padding;
  const std::int64_t width = (x[2] - 1) * o.stride - 2 * o.padding + w[3] + o.output_padding;
  require(h >= 1 && width >= 1, "conv_transpose2d", "x {} with w {} and padding {} gives an empty image",
          x.str(), w.str(), o.padding);
  return {x[0], h, width, w[1] * o.groups};
}

void conv_transpose2d_forward(ConstView x, ConstView w, ConstView b, View y,
                              const ConvTranspose2dOptions& options) {
  require_shape("conv_transpose2d", "y", y, conv_transpose2d_output_shape(x.shape, w.shape, options));
  conv2d_backward_input(x, w, y, adjoint(options));
  if (!b) return;
  if (b.dtype == y.dtype) return add(y, b, y);
  Tensor rounded = Tensor::empty(b.shape, y.dtype, b.device);
  cuda::convert(b, rounded.mutable_view());
  add(y, rounded.view(), y);
}

void conv_transpose2d_backward_input(ConstView gy, ConstView w, View gx,
                                     const ConvTranspose2dOptions& options) {
  require_shape("conv_transpose2d", "gy", gy, conv_transpose2d_output_shape(gx.shape, w.shape, options));
  conv2d_forward(gy, w, {}, gx, adjoint(options));
}

void conv_transpose2d_backward_weight(ConstView x, ConstView gy, View gw,
                                      const ConvTranspose2dOptions& options) {
  require_shape("conv_transpose2d", "gy", gy, conv_transpose2d_output_shape(x.shape, gw.shape, options));
  conv2d_backward_weight(gy, x, gw, adjoint(options));
}

}  // namespace scrim::kernels
