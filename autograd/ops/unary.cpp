#include "autograd/ops/unary.h"

#include "autograd/ops/convert.h"
#include "kernels/unary/unary.h"

namespace scrim {
namespace {

using kernels::UnaryFunction;
using kernels::UnaryParameters;

struct UnaryNode : Node {
  UnaryFunction function;
  UnaryParameters parameters;
  Tensor kept_tensor;  // y where the derivative is a function of the result, else x

  std::string_view op() const override { return name_of(function); }
  std::vector<KeptItem> kept() const override {
    return {{kernels::derivative_uses_result(function) ? "y" : "x", kept_tensor.bytes()}};
  }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = reusable(gy);
    kernels::unary_backward(function, kept_tensor.view(), gy.view(), gx.mutable_view(), parameters);
    return {gx};
  }
};

Variable unary(UnaryFunction function, const Variable& any, UnaryParameters parameters = {}) {
  // The others end networks, or want more digits.
  const Variable x = function == UnaryFunction::leaky_relu ? any : widened(any);
  Tensor y = x.value().empty_like(x.shape());
  kernels::unary_forward(function, x.value().view(), y.mutable_view(), parameters);
  if (!wants_gradient({&x})) return constant(y, name_of(function));
  auto node = std::make_shared<UnaryNode>();
  node->function = function;
  node->parameters = parameters;
  node->kept_tensor = kernels::derivative_uses_result(function) ? y : x.value();
  return record(y, node, {&x});
}

}  // namespace

Variable leaky_relu(const Variable& x, double slope) {
  return unary(UnaryFunction::leaky_relu, x, {slope, 0});
}
Variable sigmoid(const Variable& x) {
  return unary(UnaryFunction::sigmoid, x);
}
Variable tanh(const Variable& x) {
  return unary(UnaryFunction::tanh, x);
}
Variable exp(const Variable& x) {
  return unary(UnaryFunction::exp, x);
}
Variable log(const Variable& x) {
  return unary(UnaryFunction::log, x);
}
Variable abs(const Variable& x) {
  return unary(UnaryFunction::abs, x);
}
Variable clamp(const Variable& x, double low, double high) {
  require(low <= high, "clamp", "the bounds {} and {} came, expected low <= high", low, high);
  return unary(UnaryFunction::clamp, x, {low, high});
}
Variable negate(const Variable& x) {
  return unary(UnaryFunction::negate, x);
}
Variable softplus(const Variable& x) {
  return unary(UnaryFunction::softplus, x);
}
Variable sqrt(const Variable& x) {
  return unary(UnaryFunction::sqrt, x);
}

}  // namespace scrim
