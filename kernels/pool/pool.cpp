#include "kernels/pool/pool.h"

namespace scrim::kernels {

Shape pool_output_shape(const Shape& x, const PoolOptions& o) {
  require(x.rank() == 4, "pool", "x has the shape {}, expected [N,H,W,C]", x.str());
  require(o.kernel >= 1 && o.stride >= 1 && o.padding >= 0 && 2 * o.padding <= o.kernel, "pool",
          "kernel {}, stride {}, padding {}: expected at least 1, at least 1, 0 to kernel / 2", o.kernel,
          o.stride, o.padding);
  const std::int64_t free_h = x[1] + 2 * o.padding - o.kernel, free_w = x[2] + 2 * o.padding - o.kernel;
  require(free_h >= 0 && free_w >= 0, "pool", "the window of {} is larger than the padded x {}", o.kernel,
          x.str());
  return {x[0], free_h / o.stride + 1, free_w / o.stride + 1, x[3]};
}

AdaptiveCell adaptive_cell(std::int64_t i, std::int64_t size, std::int64_t count) {
  return {i * size / count, ((i + 1) * size + count - 1) / count};
}

void max_pool2d_forward(ConstView x, View y, View from, const PoolOptions& options) {
  require_same_type("max_pool2d", x, y);
  require_shape("max_pool2d", "y", y, pool_output_shape(x.shape, options));
  if (from) require_shape("max_pool2d", "from", from, y.shape);
  require(options.kernel <= 16, "max_pool2d", "kernel {} came, at most 16 is computed", options.kernel);
  dispatch(pool_max_forward_kernels, y, x, y, from, options);
}

void max_pool2d_backward(ConstView gy, ConstView from, View gx, const PoolOptions& options) {
  require_same_type("max_pool2d", gy, gx);
  require_shape("max_pool2d", "gy", gy, pool_output_shape(gx.shape, options));
  require_shape("max_pool2d", "from", from, gy.shape);
  dispatch(pool_max_backward_kernels, gx, gy, from, gx, options);
}

void avg_pool2d_forward(ConstView x, View y, const PoolOptions& options) {
  require_same_type("avg_pool2d", x, y);
  require_shape("avg_pool2d", "y", y, pool_output_shape(x.shape, options));
  dispatch(pool_avg_forward_kernels, y, x, y, options);
}

void avg_pool2d_backward(ConstView gy, View gx, const PoolOptions& options) {
  require_same_type("avg_pool2d", gy, gx);
  require_shape("avg_pool2d", "gy", gy, pool_output_shape(gx.shape, options));
  dispatch(pool_avg_backward_kernels, gx, gy, gx, options);
}

namespace {

void check_adaptive(ConstView image, ConstView cells) {
  require_same_type("adaptive_avg_pool2d", image, cells);
  require_rank("adaptive_avg_pool2d", "x", image, 4);
  require_rank("adaptive_avg_pool2d", "y", cells, 4);
  require(image.shape[1] > 0 && image.shape[2] > 0, "adaptive_avg_pool2d", "x {} has no pixel",
          image.shape.str());
  require_shape("adaptive_avg_pool2d", "y", cells,
                {image.shape[0], cells.shape[1], cells.shape[2], image.shape[3]});
}

}  // namespace

void adaptive_avg_pool2d_forward(ConstView x, View y) {
  check_adaptive(x, y);
  dispatch(pool_adaptive_forward_kernels, y, x, y);
}

void adaptive_avg_pool2d_backward(ConstView gy, View gx) {
  check_adaptive(gx, gy);
  dispatch(pool_adaptive_backward_kernels, gx, gy, gx);
}

}  // namespace scrim::kernels
