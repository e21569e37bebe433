#include "autograd/ops/gaussian.h"

#include "autograd/ops/convert.h"

namespace scrim {
namespace {

struct GaussianNode : Node {
  kernels::GaussianOptions options;

  std::string_view op() const override { return "gaussian"; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = gy.empty_like(gy.shape());
    kernels::gaussian_backward(gy.view(), gx.mutable_view(), options);
    return {gx};
  }
};

}  // namespace

Variable gaussian(const Variable& any, const kernels::GaussianOptions& options) {
  const Variable x = widened(any);
  Tensor y = x.value().empty_like(x.shape());
  kernels::gaussian_forward(x.value().view(), y.mutable_view(), options);
  if (!wants_gradient({&x})) return constant(y, "gaussian");
  auto node = std::make_shared<GaussianNode>();
  node->options = options;
  return record(y, node, {&x});
}

}  // namespace scrim
