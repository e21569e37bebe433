#include "autograd/ops/convert.h"

#include "tensor/compute_device.h"

namespace scrim {
namespace {

struct ConvertNode : Node {
  DType from;

  std::string_view op() const override { return "convert"; }
  std::vector<Tensor> backward(Tensor gy) override { return {gy.to(from)}; }
};

}  // namespace

Variable convert(const Variable& x, DType dtype) {
  if (!x.defined() || x.value().dtype() == dtype) return x;
  Tensor y = x.value().to(dtype);
  if (!wants_gradient({&x})) return constant(y, "convert");
  auto node = std::make_shared<ConvertNode>();
  node->from = x.value().dtype();
  return record(y, node, {&x});
}

Variable for_product(const Variable& x) {
  return convert(x, product_type(x.value().dtype(), x.value().device()));
}

Variable widened(const Variable& x) {
  return x.defined() && is_half(x.value().dtype()) ? convert(x, DType::f32) : x;
}

}  // namespace scrim
