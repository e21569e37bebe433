// grid_sample: bilinear look-up of an image at given places (Jaderberg et al., "Spatial Transformer
// Networks", 2015; conventions of PyTorch's grid_sample).
//
//   x[N,H,W,C]  grid[N,Ho,Wo,2]  y[N,Ho,Wo,C];  grid[..,0] is the horizontal place, grid[..,1] the vertical
//   one, -1 the left (top) and +1 the right (bottom):
//     align_corners   column = (g + 1) / 2 * (W - 1)         -1 and +1 are the centers of the outer pixels
//     else            column = ((g + 1) * W - 1) / 2         -1 and +1 are the outer edges of the image
//   Padding::zeros    pixels outside the image are zero
//   Padding::border   places outside are moved to the nearest pixel first; there the grid has no gradient
// A place that is NaN gives NaN.
#pragma once

#include "kernels/dispatch.h"

namespace scrim::kernels {

enum class SamplePadding { zeros, border };

struct GridSampleOptions {
  SamplePadding padding = SamplePadding::zeros;
  bool align_corners = false;
};

Shape grid_sample_output_shape(const Shape& x, const Shape& grid);

/// Overwrites y.
void grid_sample_forward(ConstView x, ConstView grid, View y, const GridSampleOptions& options);
/// Overwrites gx and ggrid; an empty view of either is left out.
void grid_sample_backward(ConstView x, ConstView grid, ConstView gy, View gx, View ggrid,
                          const GridSampleOptions& options);

using GridSampleForward = void(ConstView x, ConstView grid, View y, const GridSampleOptions&);
using GridSampleBackward = void(ConstView x, ConstView grid, ConstView gy, View gx, View ggrid,
                                const GridSampleOptions&);
GridSampleForward grid_sample_forward_reference, grid_sample_forward_cpu, grid_sample_forward_cuda;
GridSampleBackward grid_sample_backward_reference, grid_sample_backward_cpu, grid_sample_backward_cuda;

inline constexpr KernelTable<GridSampleForward> grid_sample_forward_kernels{
    "grid_sample", grid_sample_forward_reference, grid_sample_forward_cpu,
    cuda_cell(grid_sample_forward_cuda)};
inline constexpr KernelTable<GridSampleBackward> grid_sample_backward_kernels{
    "grid_sample backward", grid_sample_backward_reference, grid_sample_backward_cpu,
    cuda_cell(grid_sample_backward_cuda)};

}  // namespace scrim::kernels
