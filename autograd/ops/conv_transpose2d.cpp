#include "autograd/ops/conv_transpose2d.h"

#include "autograd/ops/convert.h"

namespace scrim {
namespace {

struct ConvTranspose2dNode : Node {
  Kept x;
  Tensor w;
  Shape x_shape;
  kernels::ConvTranspose2dOptions options;
  double forward_operations;

  double operations() const override { return forward_operations; }

  std::string_view op() const override { return "conv_transpose2d"; }
  std::vector<KeptItem> kept() const override { return {{"x", x.bytes()}, {"w (shared)", 0}}; }
  std::vector<Tensor> backward(Tensor gy) override {
    std::vector<Tensor> gradients(inputs.size());
    if (inputs.size() > 2 && needs(2)) {
      gradients[2] = w.empty_like({gy.size(3)});
      kernels::conv2d_backward_bias(gy.view(), gradients[2].mutable_view());
    }
    if (needs(1)) {
      gradients[1] = w.empty_like(w.shape());
      kernels::conv_transpose2d_backward_weight(x.get().view(), gy.view(), gradients[1].mutable_view(),
                                                options);
    }
    x = Kept();
    if (needs(0)) {
      gradients[0] = gy.empty_like(x_shape);
      kernels::conv_transpose2d_backward_input(gy.view(), w.view(), gradients[0].mutable_view(), options);
    }
    return gradients;
  }
};

}  // namespace

Variable conv_transpose2d(const Variable& any, const Variable& w, const Variable& b,
                          const kernels::ConvTranspose2dOptions& options) {
  const Variable x = for_product(any);
  Tensor y = x.value().empty_like(kernels::conv_transpose2d_output_shape(x.shape(), w.shape(), options));
  kernels::conv_transpose2d_forward(x.value().view(), w.value().view(), b.value().view(), y.mutable_view(),
                                    options);
  if (!wants_gradient({&x, &w, &b})) return constant(y, "conv_transpose2d");
  auto node = std::make_shared<ConvTranspose2dNode>();
  if (w.needs_gradient()) node->x = Kept(x);
  node->w = w.value();
  node->x_shape = x.shape();
  node->options = options;
  node->forward_operations = 2.0 * double(x.value().numel()) * double(w.value().numel() / w.shape()[0]);
  return b.defined() ? record(y, node, {&x, &w, &b}) : record(y, node, {&x, &w});
}

}  // namespace scrim
