#include <algorithm>

#include "kernels/cuda/axis_matrix.h"
#include "kernels/gaussian/gaussian.h"

namespace scrim::kernels {
namespace {

AxisMatrix matrix_of(std::int64_t size, const GaussianOptions& options) {
  const auto weights = gaussian_window(options);
  const std::int64_t radius = (options.size - 1) / 2;
  AxisMatrix matrix;
  matrix.columns = size;
  for (std::int64_t i = 0; i < size; ++i) {
    for (std::int64_t k = 0; k < options.size; ++k) {
      const std::int64_t at = i + k - radius, inside = std::clamp<std::int64_t>(at, 0, size - 1);
      if (at == inside || options.border == BorderMode::replicate)
        matrix.add(inside, weights[std::size_t(k)]);
    }
    matrix.end_row();
  }
  return matrix;
}

void smooth(ConstView in, View out, const GaussianOptions& options, bool backward) {
  const auto along = [&](int axis) {
    return [&options, size = in.shape[axis], backward] {
      const AxisMatrix matrix = matrix_of(size, options);
      return backward ? matrix.transposed() : matrix;
    };
  };
  const std::string key =
      fmt::format("gaussian{} {}x{} size {} sigma {} border {}", backward ? " backward" : "", in.shape[1],
                  in.shape[2], options.size, options.sigma, int(options.border));
  apply_to_image(in, out, key, along(1), along(2));
}

}  // namespace

void gaussian_forward_cuda(ConstView x, View y, const GaussianOptions& options) {
  smooth(x, y, options, false);
}

void gaussian_backward_cuda(ConstView gy, View gx, const GaussianOptions& options) {
  smooth(gy, gx, options, true);
}

}  // namespace scrim::kernels
