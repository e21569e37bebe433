#include "autograd/resize.h"

namespace scrim {
namespace {

struct ResizeNode : Node {
  Shape x_shape;
  kernels::ResizeOptions options;

  std::string_view op() const override { return "resize"; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = Tensor::empty(x_shape, gy.dtype());
    kernels::resize_backward(gy.view(), gx.mutable_view(), options);
    return {gx};
  }
};

}  // namespace

Variable resize(const Variable& x, std::int64_t height, std::int64_t width,
                const kernels::ResizeOptions& options) {
  require(x.shape().rank() == 4, "resize", "x has the shape {}, expected [N,H,W,C]", x.shape().str());
  Tensor y = Tensor::empty({x.shape()[0], height, width, x.shape()[3]}, x.value().dtype());
  kernels::resize_forward(x.value().view(), y.mutable_view(), options);
  if (!wants_gradient({&x})) return constant(y, "resize");
  auto node = std::make_shared<ResizeNode>();
  node->x_shape = x.shape();
  node->options = options;
  return record(y, node, {&x});
}

}  // namespace scrim
