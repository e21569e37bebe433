#include "autograd/ops/dropout.h"

#include "autograd/ops/convert.h"
#include "kernels/dropout/dropout.h"

namespace scrim {
namespace {

struct DropoutNode : Node {
  Tensor keep;
  double p;

  std::string_view op() const override { return "dropout"; }
  std::vector<KeptItem> kept() const override { return {{"keep", keep.bytes()}}; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = gy.empty_like(gy.shape());
    kernels::dropout(gy.view(), keep.view(), p, gx.mutable_view());
    return {gx};
  }
};

}  // namespace

Variable dropout(const Variable& any, const Tensor& keep, double p) {
  const Variable x = widened(any);
  Tensor y = x.value().empty_like(x.shape());
  kernels::dropout(x.value().view(), keep.view(), p, y.mutable_view());
  if (!wants_gradient({&x})) return constant(y, "dropout");
  auto node = std::make_shared<DropoutNode>();
  node->keep = keep;
  node->p = p;
  return record(y, node, {&x});
}

Variable dropout(const Variable& x, const Random& random, double p) {
  Tensor keep = Tensor::empty(x.shape(), DType::boolean, x.value().device());
  kernels::dropout_mask(random, p, keep.mutable_view());
  return dropout(x, keep, p);
}

}  // namespace scrim
