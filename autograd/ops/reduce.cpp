#include "autograd/ops/reduce.h"

#include "autograd/ops/binary.h"
#include "autograd/ops/convert.h"
#include "kernels/binary/binary.h"

namespace scrim {
namespace {

struct SumNode : Node {
  Shape x_shape, kept_shape;  // kept_shape: the result's with the reduced axes as 1

  std::string_view op() const override { return "sum"; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = gy.empty_like(x_shape);
    kernels::add(gy.full_like(x_shape, 0).view(), gy.reshape(kept_shape).view(), gx.mutable_view());
    return {gx};
  }
};

struct LargestNode : Node {
  Tensor x, y;  // y with the reduced axes as 1
  kernels::Axes axes;

  std::string_view op() const override { return "largest"; }
  std::vector<KeptItem> kept() const override { return {{"x", x.bytes()}, {"y", y.bytes()}}; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor winners = x.empty_like(x.shape()), count = y.empty_like(y.shape());
    kernels::binary(kernels::BinaryFunction::equal, x.view(), y.view(), winners.mutable_view());
    kernels::sum(winners.view(), axes, count.mutable_view());
    kernels::divide(gy.reshape(y.shape()).view(), count.view(), count.mutable_view());
    kernels::multiply(winners.view(), count.view(), winners.mutable_view());
    return {winners};
  }
};

struct ReshapeNode : Node {
  Shape x_shape;

  std::string_view op() const override { return "reshape"; }
  std::vector<Tensor> backward(Tensor gy) override { return {gy.reshape(x_shape)}; }
};

}  // namespace

Variable sum(const Variable& any, kernels::Axes axes, bool keep) {
  const Variable x = widened(any);
  Tensor y = x.value().empty_like(kernels::reduced_shape(x.shape(), axes, keep));
  kernels::sum(x.value().view(), axes, y.mutable_view());
  if (!wants_gradient({&x})) return constant(y, "sum");
  auto node = std::make_shared<SumNode>();
  node->x_shape = x.shape();
  node->kept_shape = kernels::reduced_shape(x.shape(), axes, true);
  return record(y, node, {&x});
}

Variable mean(const Variable& x, kernels::Axes axes, bool keep) {
  const Variable total = sum(x, axes, keep);
  require(x.value().numel() > 0, "mean", "x {} is empty", x.shape().str());
  return scale(total, double(total.value().numel()) / double(x.value().numel()));
}

Variable mean(const Variable& x) {
  return mean(x, kernels::Axes::all(x.shape()));
}

Variable largest(const Variable& any, kernels::Axes axes, bool keep) {
  const Variable x = widened(any);
  Tensor y = x.value().empty_like(kernels::reduced_shape(x.shape(), axes, keep));
  kernels::largest(x.value().view(), axes, y.mutable_view());
  if (!wants_gradient({&x})) return constant(y, "largest");
  auto node = std::make_shared<LargestNode>();
  node->x = x.value();
  node->y = y.reshape(kernels::reduced_shape(x.shape(), axes, true));
  node->axes = axes;
  return record(y, node, {&x});
}

Variable expand(const Variable& x, const Shape& shape) {
  require(kernels::broadcast_shape(x.shape(), shape) == shape, "expand", "{} cannot be repeated to {}",
          x.shape().str(), shape.str());
  return x + Variable(x.value().full_like(shape, 0));
}

Variable global_avg_pool2d(const Variable& x) {
  require(x.shape().rank() == 4, "global_avg_pool2d", "x has the shape {}, expected [N,H,W,C]",
          x.shape().str());
  return mean(x, kernels::Axes::of({1, 2}), true);
}

Variable reshape(const Variable& x, const Shape& shape) {
  Tensor y = x.value().reshape(shape);
  if (!wants_gradient({&x})) return constant(y, "reshape");
  auto node = std::make_shared<ReshapeNode>();
  node->x_shape = x.shape();
  return record(y, node, {&x});
}

}  // namespace scrim
