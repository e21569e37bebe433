#include "autograd/ops/grid_sample.h"

#include "autograd/ops/convert.h"

namespace scrim {
namespace {

struct GridSampleNode : Node {
  Tensor x, grid;
  kernels::GridSampleOptions options;

  std::string_view op() const override { return "grid_sample"; }
  std::vector<KeptItem> kept() const override { return {{"x", x.bytes()}, {"grid", grid.bytes()}}; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = needs(0) ? x.empty_like(x.shape()) : Tensor();
    Tensor ggrid = needs(1) ? grid.empty_like(grid.shape()) : Tensor();
    kernels::grid_sample_backward(x.view(), grid.view(), gy.view(), gx.mutable_view(), ggrid.mutable_view(),
                                  options);
    return {gx, ggrid};
  }
};

}  // namespace

Variable grid_sample(const Variable& any, const Variable& any_grid,
                     const kernels::GridSampleOptions& options) {
  const Variable x = widened(any), grid = widened(any_grid);
  Tensor y = x.value().empty_like(kernels::grid_sample_output_shape(x.shape(), grid.shape()));
  kernels::grid_sample_forward(x.value().view(), grid.value().view(), y.mutable_view(), options);
  if (!wants_gradient({&x, &grid})) return constant(y, "grid_sample");
  auto node = std::make_shared<GridSampleNode>();
  node->x = x.value();
  node->grid = grid.value();
  node->options = options;
  return record(y, node, {&x, &grid});
}

}  // namespace scrim
