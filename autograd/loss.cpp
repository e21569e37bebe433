#include "autograd/loss.h"

#include "kernels/unary/unary.h"

namespace scrim {
namespace {

using kernels::LossFunction;
using kernels::Reduction;

struct LossNode : Node {
  LossFunction function;
  Reduction reduction;
  Tensor x, target;

  std::string_view op() const override { return name_of(function); }
  std::vector<KeptItem> kept() const override { return {{"x", x.bytes()}, {"target", target.bytes()}}; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = Tensor::empty(x.shape(), x.dtype());
    kernels::loss_backward(function, x.view(), target.view(), gy.view(), gx.mutable_view(), reduction);
    if (!needs(1)) return {gx, {}};
    Tensor gtarget = Tensor::empty(x.shape(), x.dtype());  // mse alone: symmetric but for the sign
    kernels::unary_forward(kernels::UnaryFunction::negate, gx.view(), gtarget.mutable_view());
    return {gx, gtarget};
  }
};

Variable loss(LossFunction function, const Variable& x, const Variable& target, Reduction reduction) {
  require(function == LossFunction::mse || !target.needs_gradient(), name_of(function),
          "the target gets no gradient");
  Tensor y = Tensor::empty({}, x.value().dtype());
  kernels::loss_forward(function, x.value().view(), target.value().view(), y.mutable_view(), reduction);
  if (!wants_gradient({&x, &target})) return constant(y, name_of(function));
  auto node = std::make_shared<LossNode>();
  node->function = function;
  node->reduction = reduction;
  node->x = x.value();
  node->target = target.value();
  return record(y, node, {&x, &target});
}

}  // namespace

Variable mse(const Variable& x, const Variable& target, Reduction reduction) {
  return loss(LossFunction::mse, x, target, reduction);
}
Variable bce(const Variable& x, const Variable& target, Reduction reduction) {
  return loss(LossFunction::bce, x, target, reduction);
}
Variable bce_with_logits(const Variable& x, const Variable& target, Reduction reduction) {
  return loss(LossFunction::bce_with_logits, x, target, reduction);
}

}  // namespace scrim
