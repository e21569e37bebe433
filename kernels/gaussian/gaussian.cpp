#include "kernels/gaussian/gaussian.h"

#include <cmath>

namespace scrim::kernels {
namespace {

void require_fit(const ConstView& in, const ConstView& out, const GaussianOptions& options) {
  require_same_type("gaussian", in, out);
  require_rank("gaussian", "x", in, 4);
  require_shape("gaussian", "the result", out, in.shape);
  require(options.size >= 1 && options.size % 2 == 1 && options.sigma > 0, "gaussian",
          "size {} and sigma {} came, expected an odd size and a sigma above 0", options.size, options.sigma);
  require(in.data != out.data, "gaussian", "does not work in place");
}

}  // namespace

std::vector<double> gaussian_window(const GaussianOptions& options) {
  std::vector<double> weights;
  const std::int64_t radius = (options.size - 1) / 2;
  double total = 0;
  for (std::int64_t i = -radius; i <= radius; ++i) {
    weights.push_back(std::exp(-double(i * i) / (2 * options.sigma * options.sigma)));
    total += weights.back();
  }
  for (double& weight : weights) weight /= total;
  return weights;
}

void gaussian_forward(ConstView x, View y, const GaussianOptions& options) {
  require_fit(x, y, options);
  dispatch(gaussian_forward_kernels, y, x, y, options);
}

void gaussian_backward(ConstView gy, View gx, const GaussianOptions& options) {
  require_fit(gy, gx, options);
  dispatch(gaussian_backward_kernels, gx, gy, gx, options);
}

}  // namespace scrim::kernels
