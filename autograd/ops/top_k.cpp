#include "autograd/ops/top_k.h"

#include "autograd/ops/convert.h"
#include "kernels/top_k/top_k.h"

namespace scrim {
namespace {

/// Of gather and of top_k, whose values are gathered at its indices.
struct GatherNode : Node {
  Tensor index;
  Shape x_shape;
  int axis;

  std::string_view op() const override { return "gather"; }
  std::vector<KeptItem> kept() const override { return {{"index", index.bytes()}}; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = gy.empty_like(x_shape);
    kernels::scatter_add(index.view(), gy.view(), gx.mutable_view(), axis);
    return {gx};
  }
};

struct ScatterNode : Node {
  Tensor index;
  int axis;

  std::string_view op() const override { return "scatter"; }
  std::vector<KeptItem> kept() const override { return {{"index", index.bytes()}}; }
  std::vector<Tensor> backward(Tensor gy) override {
    std::vector<Tensor> gradients(2);
    if (needs(1)) {
      gradients[1] = gy.empty_like(index.shape());
      kernels::gather(gy.view(), index.view(), gradients[1].mutable_view(), axis);
    }
    if (needs(0)) {
      gradients[0] = gy.empty_like(gy.shape());
      kernels::scatter(gy.view(), index.view(), gy.full_like(index.shape(), 0).view(),
                       gradients[0].mutable_view(), axis);
    }
    return gradients;
  }
};

Variable recorded(Tensor y, const Variable& x, const Tensor& index, int axis) {
  if (!wants_gradient({&x})) return constant(y, "gather");
  auto node = std::make_shared<GatherNode>();
  node->index = index;
  node->x_shape = x.shape();
  node->axis = axis;
  return record(y, node, {&x});
}

}  // namespace

TopK top_k(const Variable& any, int axis, std::int64_t k) {
  const Variable x = widened(any);
  require(axis >= 0 && axis < x.shape().rank(), "top_k", "the tensor {} has no axis {}", x.shape().str(),
          axis);
  Shape shape = x.shape();
  shape[axis] = k;
  require(k >= 1 && k <= x.shape()[axis], "top_k", "k is {}, expected 1 to {}, the size of axis {} of x {}",
          k, x.shape()[axis], axis, x.shape().str());
  Tensor values = x.value().empty_like(shape), indices = Tensor::empty(shape, DType::i64, x.value().device());
  kernels::top_k(x.value().view(), axis, values.mutable_view(), indices.mutable_view());
  return {recorded(values, x, indices, axis), indices};
}

Variable gather(const Variable& any, const Tensor& index, int axis) {
  const Variable x = widened(any);
  Tensor y = x.value().empty_like(index.shape());
  kernels::gather(x.value().view(), index.view(), y.mutable_view(), axis);
  return recorded(y, x, index, axis);
}

Variable scatter(const Variable& any_base, const Tensor& index, const Variable& any_source, int axis) {
  const Variable base = widened(any_base), source = widened(any_source);
  Tensor y = base.value().empty_like(base.shape());
  kernels::scatter(base.value().view(), index.view(), source.value().view(), y.mutable_view(), axis);
  if (!wants_gradient({&base, &source})) return constant(y, "scatter");
  auto node = std::make_shared<ScatterNode>();
  node->index = index;
  node->axis = axis;
  return record(y, node, {&base, &source});
}

}  // namespace scrim
