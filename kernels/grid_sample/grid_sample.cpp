#include "kernels/grid_sample/grid_sample.h"

namespace scrim::kernels {

Shape grid_sample_output_shape(const Shape& x, const Shape& grid) {
  require(x.rank() == 4 && x[1] > 0 && x[2] > 0, "grid_sample", "x has the shape {}, expected [N,H,W,C]",
          x.str());
  require(grid.rank() == 4 && grid[3] == 2 && grid[0] == x[0], "grid_sample",
          "grid has the shape {}, expected [{},Ho,Wo,2]", grid.str(), x[0]);
  return {x[0], grid[1], grid[2], x[3]};
}

void grid_sample_forward(ConstView x, ConstView grid, View y, const GridSampleOptions& options) {
  require_same_type("grid_sample", x, y);
  require_same_type("grid_sample", grid, y);
  require_shape("grid_sample", "y", y, grid_sample_output_shape(x.shape, grid.shape));
  dispatch(grid_sample_forward_kernels, y, x, grid, y, options);
}

void grid_sample_backward(ConstView x, ConstView grid, ConstView gy, View gx, View ggrid,
                          const GridSampleOptions& options) {
  require_same_type("grid_sample", x, gy);
  require_same_type("grid_sample", grid, gy);
  require_shape("grid_sample", "gy", gy, grid_sample_output_shape(x.shape, grid.shape));
  if (gx) require_shape("grid_sample", "gx", gx, x.shape);
  if (ggrid) require_shape("grid_sample", "ggrid", ggrid, grid.shape);
  choose(grid_sample_backward_kernels, gy.device, gy.dtype)(x, grid, gy, gx, ggrid, options);
}

}  // namespace scrim::kernels
