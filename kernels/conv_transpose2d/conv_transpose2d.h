// conv_transpose2d: the adjoint of conv2d over its input; each x spreads over a window of y.
//
//   y[n, h*s - p + i, w*s - p + j, g*Og + o] = b[..] + sum over all (h,i), (w,j), c that meet there of
//                                              x[n,h,w,c] * w[c,o,i,j],     c in group g
//
//   x[N,H,W,C]  w[C,Og,Kh,Kw]  b[O]  y[N,Ho,Wo,O],  Og = O/groups
//   Ho = (H-1)*s - 2*p + Kh + output_padding, Wo alike.
//
// So y is conv2d_backward_input with gy = x: the gradients of this op are conv2d's other functions with the
// roles of x and y changed, and that is how they are computed.
#pragma once

#include "kernels/conv2d/conv2d.h"

namespace scrim::kernels {

struct ConvTranspose2dOptions {
  std::int64_t stride = 1, padding = 0, output_padding = 0, groups = 1;
};

/// The convolution whose adjoint over its input this op is.
Conv2dOptions adjoint(const ConvTranspose2dOptions& options);

Shape conv_transpose2d_output_shape(const Shape& x, const Shape& w, const ConvTranspose2dOptions& options);

/// Overwrites y. An empty b counts as zeros.
void conv_transpose2d_forward(ConstView x, ConstView w, ConstView b, View y,
                              const ConvTranspose2dOptions& options);
void conv_transpose2d_backward_input(ConstView gy, ConstView w, View gx,
                                     const ConvTranspose2dOptions& options);
void conv_transpose2d_backward_weight(ConstView x, ConstView gy, View gw,
                                      const ConvTranspose2dOptions& options);

}  // namespace scrim::kernels
