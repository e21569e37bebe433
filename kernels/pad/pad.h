// pad2d: an image x[N,H,W,C] with a border, y[N, top+H+bottom, left+W+right, C].
//   constant    the border is zero
//   replicate   the nearest pixel of x
//   reflect     x mirrored at its edge pixels, which are not repeated; a border is smaller than its side
#pragma once

#include "kernels/dispatch.h"

namespace scrim::kernels {

enum class PadMode { constant, replicate, reflect };

struct Border {
  std::int64_t left = 0, right = 0, top = 0, bottom = 0;  ///< pixels, at least 0
};

Shape padded_shape(const Shape& x, const Border& border, PadMode mode);

/// The row (or column) of x that row i of y copies; -1 = none. `before`: rows of the border above (or to the left).
std::int64_t padded_source(std::int64_t i, std::int64_t before, std::int64_t size, PadMode mode);

/// Overwrites y.
void pad2d_forward(ConstView x, View y, const Border& border, PadMode mode);
/// gx = for each pixel the sum over the pixels of y that copied it. Overwrites gx.
void pad2d_backward(ConstView gy, View gx, const Border& border, PadMode mode);

using PadForward = void(ConstView x, View y, const Border&, PadMode);
using PadBackward = void(ConstView gy, View gx, const Border&, PadMode);
PadForward pad2d_forward_reference, pad2d_forward_cuda;
PadBackward pad2d_backward_reference, pad2d_backward_cuda;

inline constexpr KernelTable<PadForward> pad_forward_kernels{"pad2d", pad2d_forward_reference, nullptr,
                                                             cuda_cell(pad2d_forward_cuda)};
inline constexpr KernelTable<PadBackward> pad_backward_kernels{"pad2d backward", pad2d_backward_reference,
                                                               nullptr, cuda_cell(pad2d_backward_cuda)};

}  // namespace scrim::kernels
