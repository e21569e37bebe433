// RoI-align (He et al., "Mask R-CNN", 2017, section 3), the aligned form of torchvision: the mean of bilinear
// samples in each cell of a box.
//   x[N,H,W,C], boxes[R,5] = (image, x1, y1, x2, y2) in pixels of x, y[R,Oh,Ow,C]
//   boxes are shifted by -1/2; a cell holds s x s samples in an even grid, s = sampling, or for `adaptive`
//   (0) ceil(height / Oh) rows and ceil(width / Ow) columns; samples outside [-1,H] x [-1,W] count as zero.
// Boxes get no gradient.
#pragma once

#include "kernels/dispatch.h"

namespace scrim::kernels {

struct RoiAlignOptions {
  std::int64_t output_h = 1, output_w = 1;
  std::int64_t sampling = 3;  ///< samples a side of a cell; 0 = adaptive, as published networks have it
};

Shape roi_align_output_shape(const Shape& x, const Shape& boxes, const RoiAlignOptions& options);
/// Overwrites y. Throws Error when a box names an image that x lacks or is not finite.
void roi_align_forward(ConstView x, ConstView boxes, View y, const RoiAlignOptions& options);
void roi_align_backward(ConstView boxes, ConstView gy, View gx, const RoiAlignOptions& options);

using RoiAlignForward = void(ConstView x, ConstView boxes, View y, const RoiAlignOptions&);
using RoiAlignBackward = void(ConstView boxes, ConstView gy, View gx, const RoiAlignOptions&);
RoiAlignForward roi_align_forward_reference, roi_align_forward_cuda;
RoiAlignBackward roi_align_backward_reference, roi_align_backward_cuda;

inline constexpr KernelTable<RoiAlignForward> roi_align_forward_kernels{
    "roi_align", roi_align_forward_reference, nullptr, cuda_cell(roi_align_forward_cuda)};
inline constexpr KernelTable<RoiAlignBackward> roi_align_backward_kernels{
    "roi_align backward", roi_align_backward_reference, nullptr, cuda_cell(roi_align_backward_cuda)};

}  // namespace scrim::kernels
