#include "autograd/gaussian.h"

namespace scrim {
namespace {

struct GaussianNode : Node {
  kernels::GaussianOptions options;

  std::string_view op() const override { return "gaussian"; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = Tensor::empty(gy.shape(), gy.dtype());
    kernels::gaussian_backward(gy.view(), gx.mutable_view(), options);
    return {gx};
  }
};

}  // namespace

Variable gaussian(const Variable& x, const kernels::GaussianOptions& options) {
  Tensor y = Tensor::empty(x.shape(), x.value().dtype());
  kernels::gaussian_forward(x.value().view(), y.mutable_view(), options);
  if (!wants_gradient({&x})) return constant(y, "gaussian");
  auto node = std::make_shared<GaussianNode>();
  node->options = options;
  return record(y, node, {&x});
}

}  // namespace scrim
