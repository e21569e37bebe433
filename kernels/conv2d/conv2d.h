// conv2d: two-dimensional cross-correlation, as deep learning calls convolution.
//
//   y[n,oh,ow,o] = b[o] + sum_{i,j,c} x[n, oh*sh - ph + i*dh, ow*sw - pw + j*dw, g*Cg + c] * w[o,c,i,j]
//
//   x[N,H,W,C]  w[O,Cg,Kh,Kw]  b[O]  y[N,Ho,Wo,O],  Cg = C/groups, g = o / (O/groups)
//   Ho = floor((H + 2*ph - dh*(Kh-1) - 1) / sh) + 1, Wo alike; x outside the image counts as zero.
//
// All functions overwrite their output and throw Error on shapes that do not fit.
#pragma once

#include "kernels/dispatch.h"

namespace scrim::kernels {

struct Extent2d {
  std::int64_t h = 1, w = 1;
  bool operator==(const Extent2d&) const = default;
};

struct Conv2dOptions {
  Extent2d stride{1, 1};
  Extent2d padding{0, 0};
  Extent2d dilation{1, 1};
  std::int64_t groups = 1;
};

/// The shape of y for x[N,H,W,C] and w[O,Cg,Kh,Kw].
Shape conv2d_output_shape(const Shape& x, const Shape& w, const Conv2dOptions& options);

/// y from x, w and b; an empty b counts as zeros.
void conv2d_forward(ConstView x, ConstView w, ConstView b, View y, const Conv2dOptions& options);
/// gx[n,h,w,c] = sum over the outputs that read it of gy * w.
void conv2d_backward_input(ConstView gy, ConstView w, View gx, const Conv2dOptions& options);
/// gw[o,c,i,j] = sum over n,oh,ow of gy[n,oh,ow,o] * the x that it met.
void conv2d_backward_weight(ConstView x, ConstView gy, View gw, const Conv2dOptions& options);
/// gb[o] = sum over n,oh,ow of gy[n,oh,ow,o].
void conv2d_backward_bias(ConstView gy, View gb);

using Conv2dForward = void(ConstView x, ConstView w, ConstView b, View y, const Conv2dOptions&);
using Conv2dBackwardInput = void(ConstView gy, ConstView w, View gx, const Conv2dOptions&);
using Conv2dBackwardWeight = void(ConstView x, ConstView gy, View gw, const Conv2dOptions&);
using Conv2dBackwardBias = void(ConstView gy, View gb);
Conv2dForward conv2d_forward_reference, conv2d_forward_cpu, conv2d_forward_cuda;
Conv2dBackwardInput conv2d_backward_input_reference, conv2d_backward_input_cpu, conv2d_backward_input_cuda;
Conv2dBackwardWeight conv2d_backward_weight_reference, conv2d_backward_weight_cpu,
    conv2d_backward_weight_cuda;
Conv2dBackwardBias conv2d_backward_bias_reference, conv2d_backward_bias_cpu, conv2d_backward_bias_cuda;

inline constexpr KernelTable<Conv2dForward> conv2d_forward_kernels{
    "conv2d", conv2d_forward_reference, conv2d_forward_cpu, cuda_cell(conv2d_forward_cuda)};
inline constexpr KernelTable<Conv2dBackwardInput> conv2d_input_kernels{
    "conv2d backward input", conv2d_backward_input_reference, conv2d_backward_input_cpu,
    cuda_cell(conv2d_backward_input_cuda)};
inline constexpr KernelTable<Conv2dBackwardWeight> conv2d_weight_kernels{
    "conv2d backward weight", conv2d_backward_weight_reference, conv2d_backward_weight_cpu,
    cuda_cell(conv2d_backward_weight_cuda)};
inline constexpr KernelTable<Conv2dBackwardBias> conv2d_bias_kernels{
    "conv2d backward bias", conv2d_backward_bias_reference, conv2d_backward_bias_cpu,
    cuda_cell(conv2d_backward_bias_cuda)};

}  // namespace scrim::kernels
