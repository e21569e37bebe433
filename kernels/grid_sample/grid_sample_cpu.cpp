// The same loops on all threads. Backward shares out whole images where gx is wanted: places may meet in a
// pixel.
#include <algorithm>

#include "kernels/grid_sample/grid_sample_loops.h"
#include "tensor/parallel.h"

namespace scrim::kernels {
namespace {
constexpr std::int64_t pixels_per_task = 2048;
}

void grid_sample_forward_cpu(ConstView x, ConstView grid, View y, const GridSampleOptions& options) {
  parallel_for(grid.shape.numel() / 2, pixels_per_task, [&](std::int64_t begin, std::int64_t end) {
    grid_sample_forward_range<float>(x, grid, y, options, begin, end);
  });
}

void grid_sample_backward_cpu(ConstView x, ConstView grid, ConstView gy, View gx, View ggrid,
                              const GridSampleOptions& options) {
  float* to_image = gx ? gx.as<float>() : nullptr;
  if (gx) std::fill_n(to_image, gx.shape.numel(), 0.0f);
  parallel_for(grid.shape.numel() / 2, gx ? gy.shape[1] * gy.shape[2] : pixels_per_task,
               [&](std::int64_t begin, std::int64_t end) {
                 grid_sample_backward_range<float>(x, grid, gy, to_image, ggrid ? ggrid.as<float>() : nullptr,
                                                   options, begin, end);
               });
}

}  // namespace scrim::kernels
