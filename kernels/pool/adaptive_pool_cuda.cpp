#include "kernels/cuda/axis_matrix.h"
#include "kernels/pool/pool.h"

namespace scrim::kernels {
namespace {

AxisMatrix matrix_of(std::int64_t size, std::int64_t cells) {
  AxisMatrix matrix;
  matrix.columns = size;
  for (std::int64_t i = 0; i < cells; ++i) {
    const auto [begin, end] = adaptive_cell(i, size, cells);
    for (std::int64_t at = begin; at < end; ++at) matrix.add(at, 1 / double(end - begin));
    matrix.end_row();
  }
  return matrix;
}

std::string key_of(std::string_view direction, const Shape& image, const Shape& cells) {
  return fmt::format("{} {}x{} to {}x{}", direction, image[1], image[2], cells[1], cells[2]);
}

}  // namespace

void adaptive_avg_pool2d_forward_cuda(ConstView x, View y) {
  apply_to_image(
      x, y, key_of("adaptive pool", x.shape, y.shape), [&] { return matrix_of(x.shape[1], y.shape[1]); },
      [&] { return matrix_of(x.shape[2], y.shape[2]); });
}

void adaptive_avg_pool2d_backward_cuda(ConstView gy, View gx) {
  apply_to_image(
      gy, gx, key_of("adaptive pool backward", gx.shape, gy.shape),
      [&] { return matrix_of(gx.shape[1], gy.shape[1]).transposed(); },
      [&] { return matrix_of(gx.shape[2], gy.shape[2]).transposed(); });
}

}  // namespace scrim::kernels
