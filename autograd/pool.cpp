#include "autograd/pool.h"

namespace scrim {
namespace {

struct MaxPool2dNode : Node {
  Tensor from;  // the winning cell of each window, a byte each
  Shape x_shape;
  kernels::PoolOptions options;

  std::string_view op() const override { return "max_pool2d"; }
  std::vector<KeptItem> kept() const override { return {{"from", from.bytes()}}; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = Tensor::empty(x_shape, gy.dtype());
    kernels::max_pool2d_backward(gy.view(), from.view(), gx.mutable_view(), options);
    return {gx};
  }
};

struct AvgPool2dNode : Node {
  Shape x_shape;
  kernels::PoolOptions options;

  std::string_view op() const override { return "avg_pool2d"; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = Tensor::empty(x_shape, gy.dtype());
    kernels::avg_pool2d_backward(gy.view(), gx.mutable_view(), options);
    return {gx};
  }
};

}  // namespace

Variable max_pool2d(const Variable& x, const kernels::PoolOptions& options) {
  const Shape shape = kernels::pool_output_shape(x.shape(), options);
  Tensor y = Tensor::empty(shape, x.value().dtype()), from = Tensor::empty(shape, DType::u8);
  kernels::max_pool2d_forward(x.value().view(), y.mutable_view(), from.mutable_view(), options);
  if (!wants_gradient({&x})) return constant(y, "max_pool2d");
  auto node = std::make_shared<MaxPool2dNode>();
  node->from = from;
  node->x_shape = x.shape();
  node->options = options;
  return record(y, node, {&x});
}

Variable avg_pool2d(const Variable& x, const kernels::PoolOptions& options) {
  Tensor y = Tensor::empty(kernels::pool_output_shape(x.shape(), options), x.value().dtype());
  kernels::avg_pool2d_forward(x.value().view(), y.mutable_view(), options);
  if (!wants_gradient({&x})) return constant(y, "avg_pool2d");
  auto node = std::make_shared<AvgPool2dNode>();
  node->x_shape = x.shape();
  node->options = options;
  return record(y, node, {&x});
}

}  // namespace scrim
