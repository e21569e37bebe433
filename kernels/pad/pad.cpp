#include "kernels/pad/pad.h"

#include <algorithm>

namespace scrim::kernels {

Shape padded_shape(const Shape& x, const Border& b, PadMode mode) {
  require(x.rank() == 4, "pad2d", "x has the shape {}, expected [N,H,W,C]", x.str());
  require(b.left >= 0 && b.right >= 0 && b.top >= 0 && b.bottom >= 0, "pad2d",
          "the border {}, {}, {}, {} came, expected at least 0", b.left, b.right, b.top, b.bottom);
  const std::int64_t widest = std::max(b.left, b.right), highest = std::max(b.top, b.bottom);
  require(mode != PadMode::reflect || (highest < x[1] && widest < x[2]), "pad2d",
          "a border of {} rows and {} columns cannot be mirrored from x {}", highest, widest, x.str());
  require(mode != PadMode::replicate || (x[1] > 0 && x[2] > 0), "pad2d", "x {} has no pixel to repeat",
          x.str());
  return {x[0], x[1] + b.top + b.bottom, x[2] + b.left + b.right, x[3]};
}

std::int64_t padded_source(std::int64_t i, std::int64_t before, std::int64_t size, PadMode mode) {
  const std::int64_t at = i - before;
  if (at >= 0 && at < size) return at;
  if (mode == PadMode::constant) return -1;
  if (mode == PadMode::replicate) return std::clamp<std::int64_t>(at, 0, size - 1);
  return at < 0 ? -at : 2 * (size - 1) - at;
}

void pad2d_forward(ConstView x, View y, const Border& border, PadMode mode) {
  require_same_type("pad2d", x, y);
  require_shape("pad2d", "y", y, padded_shape(x.shape, border, mode));
  dispatch(pad_forward_kernels, y, x, y, border, mode);
}

void pad2d_backward(ConstView gy, View gx, const Border& border, PadMode mode) {
  require_same_type("pad2d", gy, gx);
  require_shape("pad2d", "gy", gy, padded_shape(gx.shape, border, mode));
  dispatch(pad_backward_kernels, gx, gy, gx, border, mode);
}

}  // namespace scrim::kernels
