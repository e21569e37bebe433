#include "kernels/thin_plate/thin_plate.h"

namespace scrim::kernels {
namespace {

constexpr const char* op = "thin_plate";
constexpr std::int64_t most_points = 1024;

void require_points(const Shape& points) {
  require(points.rank() == 3 && points[2] == 2 && points[1] >= 3 && points[1] <= most_points, op,
          "points has the shape {}, expected [N,K,2] with K from 3 to {}", points.str(), most_points);
}

}  // namespace

Shape thin_plate_weights_shape(const Shape& points) {
  require_points(points);
  return {points[0], points[1] + 3, 2};
}

Shape thin_plate_grid_shape(const Shape& points, const Shape& weights, std::int64_t height,
                            std::int64_t width) {
  const Shape expected = thin_plate_weights_shape(points);
  require(weights == expected, op, "weights has the shape {}, expected {}", weights.str(), expected.str());
  require(height > 0 && width > 0, op, "the grid has {} x {} pixels, expected at least 1 x 1", height, width);
  return {points[0], height, width, 2};
}

void thin_plate_solve(ConstView points, ConstView values, View weights, double stiffness) {
  require_same_type(op, points, weights);
  require_same_type(op, values, weights);
  require_shape(op, "weights", weights, thin_plate_weights_shape(points.shape));
  require_shape(op, "values", values, weights.shape);
  require(stiffness >= 0, op, "stiffness is {}, expected at least 0", stiffness);
  dispatch(thin_plate_solve_kernels, weights, points, values, weights, stiffness);
}

void thin_plate_solve_backward(ConstView points, ConstView weights, ConstView gvalues, View gpoints) {
  require_same_type(op, points, gpoints);
  require_same_type(op, weights, gpoints);
  require_same_type(op, gvalues, gpoints);
  require_shape(op, "weights", weights, thin_plate_weights_shape(points.shape));
  require_shape(op, "gvalues", gvalues, weights.shape);
  require_shape(op, "gpoints", gpoints, points.shape);
  dispatch(thin_plate_solve_backward_kernels, gpoints, points, weights, gvalues, gpoints);
}

void thin_plate_grid_forward(ConstView points, ConstView weights, View grid) {
  require_same_type(op, points, grid);
  require_same_type(op, weights, grid);
  require_rank(op, "grid", grid, 4);
  require_shape(op, "grid", grid,
                thin_plate_grid_shape(points.shape, weights.shape, grid.shape[1], grid.shape[2]));
  dispatch(thin_plate_grid_forward_kernels, grid, points, weights, grid);
}

void thin_plate_grid_backward(ConstView points, ConstView weights, ConstView ggrid, View gpoints,
                              View gweights) {
  require_same_type(op, points, ggrid);
  require_same_type(op, weights, ggrid);
  require_rank(op, "ggrid", ggrid, 4);
  require_shape(op, "ggrid", ggrid,
                thin_plate_grid_shape(points.shape, weights.shape, ggrid.shape[1], ggrid.shape[2]));
  require_shape(op, "gpoints", gpoints, points.shape);
  require_shape(op, "gweights", gweights, weights.shape);
  dispatch(thin_plate_grid_backward_kernels, gpoints, points, weights, ggrid, gpoints, gweights);
}

}  // namespace scrim::kernels
