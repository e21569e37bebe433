#include "autograd/ops/thin_plate.h"

#include "autograd/ops/concat.h"
#include "autograd/ops/convert.h"

namespace scrim {
namespace {

struct ThinPlateWeightsNode : Node {
  Tensor points, weights;
  double stiffness = 0;

  std::string_view op() const override { return "thin_plate weights"; }
  std::vector<KeptItem> kept() const override {
    return {{"points", points.bytes()}, {"weights", weights.bytes()}};
  }
  std::vector<Tensor> backward(Tensor gweights) override {
    Tensor gvalues = gweights.empty_like(gweights.shape());
    kernels::thin_plate_solve(points.view(), gweights.view(), gvalues.mutable_view(), stiffness);
    Tensor gpoints;
    if (needs(0)) {
      gpoints = points.empty_like(points.shape());
      kernels::thin_plate_solve_backward(points.view(), weights.view(), gvalues.view(),
                                         gpoints.mutable_view());
    }
    return {gpoints, gvalues};
  }
};

struct ThinPlateGridNode : Node {
  Tensor points, weights;

  std::string_view op() const override { return "thin_plate grid"; }
  std::vector<KeptItem> kept() const override {
    return {{"points", points.bytes()}, {"weights", weights.bytes()}};
  }
  std::vector<Tensor> backward(Tensor ggrid) override {
    Tensor gpoints = points.empty_like(points.shape()), gweights = weights.empty_like(weights.shape());
    kernels::thin_plate_grid_backward(points.view(), weights.view(), ggrid.view(), gpoints.mutable_view(),
                                      gweights.mutable_view());
    return {gpoints, gweights};
  }
};

/// values: [N,K+3,2], of which the last three rows are 0.
Variable spline_weights(const Variable& points, const Variable& values, double stiffness) {
  Tensor weights = points.value().empty_like(kernels::thin_plate_weights_shape(points.shape()));
  kernels::thin_plate_solve(points.value().view(), values.value().view(), weights.mutable_view(), stiffness);
  if (!wants_gradient({&points, &values})) return constant(weights, "thin_plate weights");
  auto node = std::make_shared<ThinPlateWeightsNode>();
  node->points = points.value();
  node->weights = weights;
  node->stiffness = stiffness;
  return record(weights, node, {&points, &values});
}

Variable spline_grid(const Variable& points, const Variable& weights, std::int64_t height,
                     std::int64_t width) {
  Tensor grid = points.value().empty_like(
      kernels::thin_plate_grid_shape(points.shape(), weights.shape(), height, width));
  kernels::thin_plate_grid_forward(points.value().view(), weights.value().view(), grid.mutable_view());
  if (!wants_gradient({&points, &weights})) return constant(grid, "thin_plate grid");
  auto node = std::make_shared<ThinPlateGridNode>();
  node->points = points.value();
  node->weights = weights.value();
  return record(grid, node, {&points, &weights});
}

}  // namespace

Variable thin_plate(const Variable& any_from, const Variable& any_to, const ThinPlateOptions& options) {
  const Variable from = widened(any_from), to = widened(any_to);
  require(to.shape() == from.shape(), "thin_plate", "`from` has the shape {}, `to` has {}, expected the same",
          from.shape().str(), to.shape().str());
  const Tensor bending = Tensor::full({to.shape()[0], 3, 2}, 0, to.value().dtype(), to.value().device());
  const Variable weights = spline_weights(from, concat({to, bending}, 1), options.stiffness);
  return spline_grid(from, weights, options.height, options.width);
}

}  // namespace scrim
