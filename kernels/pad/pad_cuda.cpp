#include "kernels/cuda/axis_matrix.h"
#include "kernels/pad/pad.h"

namespace scrim::kernels {
namespace {

AxisMatrix matrix_of(std::int64_t size, std::int64_t before, std::int64_t out_size, PadMode mode) {
  AxisMatrix matrix;
  matrix.columns = size;
  for (std::int64_t i = 0; i < out_size; ++i) {
    const std::int64_t from = padded_source(i, before, size, mode);
    if (from >= 0) matrix.add(from, 1);
    matrix.end_row();
  }
  return matrix;
}

std::string key_of(std::string_view direction, const Shape& x, const Border& b, PadMode mode) {
  return fmt::format("{} {}x{} by {} {} {} {} mode {}", direction, x[1], x[2], b.left, b.right, b.top,
                     b.bottom, int(mode));
}

}  // namespace

void pad2d_forward_cuda(ConstView x, View y, const Border& border, PadMode mode) {
  apply_to_image(
      x, y, key_of("pad", x.shape, border, mode),
      [&] { return matrix_of(x.shape[1], border.top, y.shape[1], mode); },
      [&] { return matrix_of(x.shape[2], border.left, y.shape[2], mode); });
}

void pad2d_backward_cuda(ConstView gy, View gx, const Border& border, PadMode mode) {
  apply_to_image(
      gy, gx, key_of("pad backward", gx.shape, border, mode),
      [&] { return matrix_of(gx.shape[1], border.top, gy.shape[1], mode).transposed(); },
      [&] { return matrix_of(gx.shape[2], border.left, gy.shape[2], mode).transposed(); });
}

}  // namespace scrim::kernels
