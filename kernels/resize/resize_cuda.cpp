#include "kernels/cuda/axis_matrix.h"
#include "kernels/resize/resize_rows.h"

namespace scrim::kernels {
namespace {

AxisMatrix matrix_of(std::int64_t size, std::int64_t out_size, const ResizeOptions& options) {
  AxisMatrix matrix;
  matrix.columns = size;
  for (const ResizeRow& row : resize_rows(size, out_size, options)) {
    for (std::size_t k = 0; k < row.weights.size(); ++k)
      matrix.add(row.first + std::int64_t(k), row.weights[k]);
    matrix.end_row();
  }
  return matrix;
}

std::string key_of(std::string_view direction, const Shape& in, const Shape& out,
                   const ResizeOptions& options) {
  return fmt::format("{} {}x{} to {}x{} mode {} {}", direction, in[1], in[2], out[1], out[2],
                     int(options.mode), options.align_corners);
}

}  // namespace

void resize_forward_cuda(ConstView x, View y, const ResizeOptions& options) {
  apply_to_image(
      x, y, key_of("resize", x.shape, y.shape, options),
      [&] { return matrix_of(x.shape[1], y.shape[1], options); },
      [&] { return matrix_of(x.shape[2], y.shape[2], options); });
}

void resize_backward_cuda(ConstView gy, View gx, const ResizeOptions& options) {
  apply_to_image(
      gy, gx, key_of("resize backward", gx.shape, gy.shape, options),
      [&] { return matrix_of(gx.shape[1], gy.shape[1], options).transposed(); },
      [&] { return matrix_of(gx.shape[2], gy.shape[2], options).transposed(); });
}

}  // namespace scrim::kernels
