#include "autograd/ops/softmax.h"

#include "autograd/ops/convert.h"
#include "kernels/softmax/softmax.h"

namespace scrim {
namespace {

using kernels::SoftmaxResult;

struct SoftmaxNode : Node {
  Tensor y;
  int axis;
  SoftmaxResult result;

  std::string_view op() const override {
    return result == SoftmaxResult::probability ? "softmax" : "log_softmax";
  }
  std::vector<KeptItem> kept() const override { return {{"y", y.bytes()}}; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = reusable(gy);
    kernels::softmax_backward(y.view(), gy.view(), gx.mutable_view(), axis, result);
    return {gx};
  }
};

Variable apply(const Variable& any, int axis, SoftmaxResult result) {
  const Variable x = widened(any);
  Tensor y = x.value().empty_like(x.shape());
  kernels::softmax_forward(x.value().view(), y.mutable_view(), axis, result);
  if (!wants_gradient({&x})) return constant(y, "softmax");
  auto node = std::make_shared<SoftmaxNode>();
  node->y = y;
  node->axis = axis;
  node->result = result;
  return record(y, node, {&x});
}

}  // namespace

Variable softmax(const Variable& x, int axis) {
  return apply(x, axis, SoftmaxResult::probability);
}

Variable log_softmax(const Variable& x, int axis) {
  return apply(x, axis, SoftmaxResult::logarithm);
}

}  // namespace scrim
