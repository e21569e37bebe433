#include "autograd/reduce.h"

#include "autograd/binary.h"
#include "kernels/binary/binary.h"

namespace scrim {
namespace {

struct SumNode : Node {
  Shape x_shape, kept_shape;  // kept_shape: the result's with the reduced axes as 1

  std::string_view op() const override { return "sum"; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = Tensor::empty(x_shape, gy.dtype());
    kernels::add(Tensor::zeros(x_shape, gy.dtype()).view(), gy.reshape(kept_shape).view(), gx.mutable_view());
    return {gx};
  }
};

struct ReshapeNode : Node {
  Shape x_shape;

  std::string_view op() const override { return "reshape"; }
  std::vector<Tensor> backward(Tensor gy) override { return {gy.reshape(x_shape)}; }
};

}  // namespace

Variable sum(const Variable& x, kernels::Axes axes, bool keep) {
  Tensor y = Tensor::empty(kernels::reduced_shape(x.shape(), axes, keep), x.value().dtype());
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
