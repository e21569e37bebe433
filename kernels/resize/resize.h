// resize of x[N,H,W,C] to y[N,Ho,Wo,C], separable; conventions of PyTorch's interpolate:
//
//   align_corners        source = i * (H-1) / (Ho-1)          (0 when Ho is 1)
//   else (half pixel)    source = max(0, (i + 0.5) * H/Ho - 0.5)
//   bilinear             weighs the two nearest rows and columns; rows past the last repeat it
//   nearest              row floor(i * H/Ho) (PyTorch's "nearest"; it has no corner convention)
//   antialiased          bilinear, half pixel; when shrinking, the triangle is as wide as the scale, so that
//                        every input counts: Pillow's BILINEAR and torchvision's antialias = True
#pragma once

#include "kernels/dispatch.h"

namespace scrim::kernels {

enum class ResizeMode { nearest, bilinear, antialiased };

struct ResizeOptions {
  ResizeMode mode = ResizeMode::bilinear;
  bool align_corners = false;  ///< for bilinear alone
};

/// Overwrites y; its size is the new size.
void resize_forward(ConstView x, View y, const ResizeOptions& options);
void resize_backward(ConstView gy, View gx, const ResizeOptions& options);

using ResizeForward = void(ConstView x, View y, const ResizeOptions&);
using ResizeBackward = void(ConstView gy, View gx, const ResizeOptions&);
ResizeForward resize_forward_reference, resize_forward_cuda;
ResizeBackward resize_backward_reference, resize_backward_cuda;

inline constexpr KernelTable<ResizeForward> resize_forward_kernels{"resize", resize_forward_reference,
                                                                   nullptr, cuda_cell(resize_forward_cuda)};
inline constexpr KernelTable<ResizeBackward> resize_backward_kernels{
    "resize backward", resize_backward_reference, nullptr, cuda_cell(resize_backward_cuda)};

}  // namespace scrim::kernels
