#include "autograd/ops/pool.h"

#include "autograd/ops/convert.h"

namespace scrim {
namespace {

struct MaxPool2dNode : Node {
  Tensor from;  // the winning cell of each window, a byte each
  Shape x_shape;
  kernels::PoolOptions options;

  std::string_view op() const override { return "max_pool2d"; }
  std::vector<KeptItem> kept() const override { return {{"from", from.bytes()}}; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = gy.empty_like(x_shape);
    kernels::max_pool2d_backward(gy.view(), from.view(), gx.mutable_view(), options);
    return {gx};
  }
};

struct AvgPool2dNode : Node {
  Shape x_shape;
  kernels::PoolOptions options;

  std::string_view op() const override { return "avg_pool2d"; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = gy.empty_like(x_shape);
    kernels::avg_pool2d_backward(gy.view(), gx.mutable_view(), options);
    return {gx};
  }
};

struct AdaptiveAvgPoolNode : Node {
  Shape x_shape;

  std::string_view op() const override { return "adaptive_avg_pool2d"; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = gy.empty_like(x_shape);
    kernels::adaptive_avg_pool2d_backward(gy.view(), gx.mutable_view());
    return {gx};
  }
};

}  // namespace

Variable max_pool2d(const Variable& x, const kernels::PoolOptions& options) {
  const Shape shape = kernels::pool_output_shape(x.shape(), options);
  Tensor y = x.value().empty_like(shape), from;
  if (wants_gradient({&x})) from = Tensor::empty(shape, DType::u8, x.value().device());
  kernels::max_pool2d_forward(x.value().view(), y.mutable_view(), from.mutable_view(), options);
  if (!wants_gradient({&x})) return constant(y, "max_pool2d");
  auto node = std::make_shared<MaxPool2dNode>();
  node->from = from;
  node->x_shape = x.shape();
  node->options = options;
  return record(y, node, {&x});
}

Variable avg_pool2d(const Variable& x, const kernels::PoolOptions& options) {
  Tensor y = x.value().empty_like(kernels::pool_output_shape(x.shape(), options));
  kernels::avg_pool2d_forward(x.value().view(), y.mutable_view(), options);
  if (!wants_gradient({&x})) return constant(y, "avg_pool2d");
  auto node = std::make_shared<AvgPool2dNode>();
  node->x_shape = x.shape();
  node->options = options;
  return record(y, node, {&x});
}

Variable adaptive_avg_pool2d(const Variable& any, std::int64_t output_h, std::int64_t output_w) {
  const Variable x = widened(any);
  require(x.shape().rank() == 4 && output_h > 0 && output_w > 0, "adaptive_avg_pool2d",
          "x {} and the size {} x {} came", x.shape().str(), output_h, output_w);
  Tensor y = x.value().empty_like({x.shape()[0], output_h, output_w, x.shape()[3]});
  kernels::adaptive_avg_pool2d_forward(x.value().view(), y.mutable_view());
  if (!wants_gradient({&x})) return constant(y, "adaptive_avg_pool2d");
  auto node = std::make_shared<AdaptiveAvgPoolNode>();
  node->x_shape = x.shape();
  return record(y, node, {&x});
}

}  // namespace scrim
