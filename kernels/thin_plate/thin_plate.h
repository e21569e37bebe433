// Thin-plate spline: the smoothest map of the plane that takes given points to given values. Bookstein, "Principal warps:
// thin-plate splines and the decomposition of deformations", IEEE PAMI 11, 1989.
//
//   points[N,K,2] at (x, y), from -1 to 1 over the image as in grid_sample without aligned corners; weights[N,K+3,2]
//   grid[N,H,W,2]: at the center p of each pixel  sum over k of weights[k] U(|p - points[k]|)
//                                                 + weights[K] + weights[K+1] p.x + weights[K+2] p.y,   U(r) = r^2 log r^2
//   The weights solve L weights = values[N,K+3,2], whose last three rows are 0:
//     L = | U(|points[i] - points[j]|) + stiffness (i = j)   P |     row i of P: 1, points[i].x, points[i].y
//         | P transposed                                     0 |
//   stiffness 0: the map goes through the values. More: it is smoother and passes them by.
//
// The same L gives the gradient: L is symmetric. Three points or more, not all on a line. Points in one place need a stiffness.
#pragma once

#include "kernels/dispatch.h"

namespace scrim::kernels {

/// [N,K+3,2]
Shape thin_plate_weights_shape(const Shape& points);
Shape thin_plate_grid_shape(const Shape& points, const Shape& weights, std::int64_t height,
                            std::int64_t width);

/// Overwrites weights. Throws Error when L has no inverse.
void thin_plate_solve(ConstView points, ConstView values, View weights, double stiffness);
/// Overwrites gpoints[N,K,2]: what L adds to the gradient of points. gvalues[N,K+3,2]: thin_plate_solve of the weights' gradient.
void thin_plate_solve_backward(ConstView points, ConstView weights, ConstView gvalues, View gpoints);
/// Overwrites grid.
void thin_plate_grid_forward(ConstView points, ConstView weights, View grid);
/// Overwrites gpoints and gweights.
void thin_plate_grid_backward(ConstView points, ConstView weights, ConstView ggrid, View gpoints,
                              View gweights);

using ThinPlateSolve = void(ConstView points, ConstView values, View weights, double stiffness);
using ThinPlateSolveBackward = void(ConstView points, ConstView weights, ConstView gvalues, View gpoints);
using ThinPlateGridForward = void(ConstView points, ConstView weights, View grid);
using ThinPlateGridBackward = void(ConstView points, ConstView weights, ConstView ggrid, View gpoints,
                                   View gweights);
ThinPlateSolve thin_plate_solve_reference, thin_plate_solve_cuda;
ThinPlateSolveBackward thin_plate_solve_backward_reference, thin_plate_solve_backward_cuda;
ThinPlateGridForward thin_plate_grid_forward_reference, thin_plate_grid_forward_cuda;
ThinPlateGridBackward thin_plate_grid_backward_reference, thin_plate_grid_backward_cuda;

inline constexpr KernelTable<ThinPlateSolve> thin_plate_solve_kernels{
    "thin_plate solve", thin_plate_solve_reference, nullptr, cuda_cell(thin_plate_solve_cuda)};
inline constexpr KernelTable<ThinPlateSolveBackward> thin_plate_solve_backward_kernels{
    "thin_plate solve backward", thin_plate_solve_backward_reference, nullptr,
    cuda_cell(thin_plate_solve_backward_cuda)};
inline constexpr KernelTable<ThinPlateGridForward> thin_plate_grid_forward_kernels{
    "thin_plate grid", thin_plate_grid_forward_reference, nullptr, cuda_cell(thin_plate_grid_forward_cuda)};
inline constexpr KernelTable<ThinPlateGridBackward> thin_plate_grid_backward_kernels{
    "thin_plate grid backward", thin_plate_grid_backward_reference, nullptr,
    cuda_cell(thin_plate_grid_backward_cuda)};

}  // namespace scrim::kernels
