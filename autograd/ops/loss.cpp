#include "autograd/ops/loss.h"

#include "autograd/ops/binary.h"
#include "autograd/ops/convert.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/softmax.h"
#include "autograd/ops/top_k.h"
#include "autograd/ops/unary.h"
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
    Tensor gx = x.empty_like(x.shape());
    kernels::loss_backward(function, x.view(), target.view(), gy.view(), gx.mutable_view(), reduction);
    if (!needs(1)) return {gx, {}};
    Tensor gtarget = x.empty_like(x.shape());  // mse alone: symmetric but for the sign
    kernels::unary_forward(kernels::UnaryFunction::negate, gx.view(), gtarget.mutable_view());
    return {gx, gtarget};
  }
};

Variable loss(LossFunction function, const Variable& any, const Variable& any_target, Reduction reduction) {
  const Variable x = widened(any), target = widened(any_target);
  require(function == LossFunction::mse || !target.needs_gradient(), name_of(function),
          "the target gets no gradient");
  Tensor y = x.value().empty_like({});
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

Variable verification_nll(const Variable& logits) {
  return mean(softplus(logits));
}

Variable kl_divergence(const Variable& mean_of, const Variable& log_variance) {
  const Variable one(log_variance.value().full_like({}, 1));
  return scale(mean(one + log_variance - mean_of * mean_of - exp(log_variance)), -0.5);
}

namespace {

void require_labels(std::string_view op, const Variable& x, const Tensor& labels) {
  Shape expected;
  for (int axis = 0; axis + 1 < x.shape().rank(); ++axis) expected.append(x.shape()[axis]);
  require(x.shape().rank() >= 2 && labels.dtype() == DType::i64 && labels.shape() == expected, op,
          "labels {} {} came for x {}, expected i64 {}", name_of(labels.dtype()), labels.shape().str(),
          x.shape().str(), expected.str());
}

Tensor with_last_axis(const Tensor& labels) {
  Shape shape = labels.shape();
  shape.append(1);
  return labels.reshape(shape);
}

}  // namespace

Variable cross_entropy(const Variable& x, const Tensor& labels) {
  require_labels("cross_entropy", x, labels);
  const int classes = x.shape().rank() - 1;
  return negate(mean(gather(log_softmax(x, classes), with_last_axis(labels), classes)));
}

Variable dice_loss(const Variable& any, const Tensor& labels, double epsilon) {
  const Variable x = widened(any);
  require_labels("dice", x, labels);
  const Tensor& like = x.value();
  const int classes = x.shape().rank() - 1;
  const Tensor index = with_last_axis(labels);
  const Variable one_hot =
      scatter(like.full_like(x.shape(), 0), index, like.full_like(index.shape(), 1), classes);
  const Variable p = softmax(x, classes);
  kernels::Axes within_image = kernels::Axes::all(x.shape());
  within_image.bits &= ~1u;
  const Variable overlap = sum(p * one_hot, within_image), total = sum(p + one_hot, within_image);
  const Variable ratio = scale(overlap, 2) / (total + Variable(like.full_like({}, epsilon)));
  return Variable(like.full_like({}, 1)) - mean(ratio);
}

}  // namespace scrim
