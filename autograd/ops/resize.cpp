#include "autograd/ops/resize.h"

#include "autograd/ops/convert.h"

namespace scrim {
namespace {

struct ResizeNode : Node {
  Shape x_shape;
  kernels::ResizeOptions options;

  std::string_view op() const override { return "resize"; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = gy.empty_like(x_shape);
    kernels::resize_backward(gy.view(), gx.mutable_view(), options);
    return {gx};
  }
};

}  // namespace

Variable resize(const Variable& any, std::int64_t height, std::int64_t width,
                const kernels::ResizeOptions& options) {
  const Variable x = widened(any);
  require(x.shape().rank() == 4, "resize", "x has the shape {}, expected [N,H,W,C]", x.shape().str());
  Tensor y = x.value().empty_like({x.shape()[0], height, width, x.shape()[3]});
  kernels::resize_forward(x.value().view(), y.mutable_view(), options);
  if (!wants_gradient({&x})) return constant(y, "resize");
  auto node = std::make_shared<ResizeNode>();
  node->x_shape = x.shape();
  node->options = options;
  return record(y, node, {&x});
}

}  // namespace scrim
