#include <algorithm>

#include "kernels/grid_sample/grid_sample_loops.h"

namespace scrim::kernels {

void grid_sample_forward_reference(ConstView x, ConstView grid, View y, const GridSampleOptions& options) {
  for_real_type(x.dtype, "grid_sample", [&]<class T>(T) {
    grid_sample_forward_range<T>(x, grid, y, options, 0, grid.shape.numel() / 2);
  });
}

void grid_sample_backward_reference(ConstView x, ConstView grid, ConstView gy, View gx, View ggrid,
                                    const GridSampleOptions& options) {
  for_real_type(x.dtype, "grid_sample", [&]<class T>(T) {
    T* to_image = gx ? gx.as<T>() : nullptr;
    if (gx) std::fill_n(to_image, gx.shape.numel(), T(0));
    grid_sample_backward_range<T>(x, grid, gy, to_image, ggrid ? ggrid.as<T>() : nullptr, options, 0,
                                  grid.shape.numel() / 2);
  });
}

}  // namespace scrim::kernels
