// RoI-align with its gradient; formula in kernels/roi_align/roi_align.h.
#pragma once

#include "autograd/variable.h"
#include "kernels/roi_align/roi_align.h"

namespace scrim {

/// x[N,H,W,C], boxes[R,5] = (image, x1, y1, x2, y2), to [R,Oh,Ow,C]. Boxes get no gradient.
Variable roi_align(const Variable& x, const Tensor& boxes, const kernels::RoiAlignOptions& options = {});

}  // namespace scrim
