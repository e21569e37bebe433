#include "autograd/ops/pad.h"

#include "autograd/ops/convert.h"

namespace scrim {
namespace {

struct PadNode : Node {
  Shape x_shape;
  kernels::Border border;
  kernels::PadMode mode;

  std::string_view op() const override { return "pad2d"; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = gy.empty_like(x_shape);
    kernels::pad2d_backward(gy.view(), gx.mutable_view(), border, mode);
    return {gx};
  }
};

}  // namespace

Variable pad2d(const Variable& any, const kernels::Border& border, kernels::PadMode mode) {
  const Variable x = widened(any);
  Tensor y = x.value().empty_like(kernels::padded_shape(x.shape(), border, mode));
  kernels::pad2d_forward(x.value().view(), y.mutable_view(), border, mode);
  if (!wants_gradient({&x})) return constant(y, "pad2d");
  auto node = std::make_shared<PadNode>();
  node->x_shape = x.shape();
  node->border = border;
  node->mode = mode;
  return record(y, node, {&x});
}

}  // namespace scrim
