#include "autograd/ops/relu.h"

#include "kernels/relu/relu.h"

namespace scrim {
namespace {

struct ReluNode : Node {
  Tensor y;  // where the result is above zero, the gradient passes

  std::string_view op() const override { return "relu"; }
  std::vector<KeptItem> kept() const override { return {{"y", y.bytes()}}; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = reusable(gy);
    kernels::relu_backward(y.view(), gy.view(), gx.mutable_view());
    return {gx};
  }
};

}  // namespace

Variable relu(const Variable& x) {
  Tensor y = x.value().empty_like(x.shape());
  kernels::relu_forward(x.value().view(), y.mutable_view());
  if (!wants_gradient({&x})) return constant(y, "relu");
  auto node = std::make_shared<ReluNode>();
  node->y = y;
  return record(y, node, {&x});
}

}  // namespace scrim
