#include "autograd/ops/binary.h"

#include "autograd/ops/convert.h"
#include "kernels/binary/binary.h"
#include "kernels/reduce/reduce.h"
#include "kernels/unary/unary.h"

namespace scrim {
namespace {

using kernels::BinaryFunction;

Tensor apply(BinaryFunction function, const Tensor& a, const Tensor& b) {
  Tensor y = a.empty_like(kernels::broadcast_shape(a.shape(), b.shape()));
  kernels::binary(function, a.view(), b.view(), y.mutable_view());
  return y;
}

/// The gradient of an operand that was repeated is the sum over its repetitions.
Tensor sum_to(const Tensor& gradient, const Shape& shape) {
  if (gradient.shape() == shape) return gradient;
  Tensor result = gradient.empty_like(shape);
  kernels::sum(gradient.view(), kernels::broadcast_axes(shape, gradient.shape()), result.mutable_view());
  return result;
}

Tensor negated(const Tensor& x) {
  if (is_half(x.dtype())) return apply(BinaryFunction::subtract, x.full_like(x.shape(), 0), x);
  Tensor y = x.empty_like(x.shape());
  kernels::unary_forward(kernels::UnaryFunction::negate, x.view(), y.mutable_view());
  return y;
}

struct BinaryNode : Node {
  BinaryFunction function;
  Tensor a, b;  // values for the products; of a sum nothing but the shapes is needed
  Shape a_shape, b_shape;

  std::string_view op() const override { return name_of(function); }
  std::vector<KeptItem> kept() const override {
    return {{"a", a.defined() ? a.bytes() : 0}, {"b", b.defined() ? b.bytes() : 0}};
  }
  std::vector<Tensor> backward(Tensor gy) override {
    std::vector<Tensor> gradients(2);
    if (needs(0)) gradients[0] = sum_to(gradient_a(gy), a_shape);
    if (needs(1)) gradients[1] = sum_to(gradient_b(gy), b_shape);
    return gradients;
  }

  Tensor gradient_a(const Tensor& gy) const {
    switch (function) {
      case BinaryFunction::multiply:
        return apply(BinaryFunction::multiply, gy, b);
      case BinaryFunction::divide:
        return apply(BinaryFunction::divide, gy, b);
      case BinaryFunction::maximum:
        return apply(BinaryFunction::multiply, gy, apply(BinaryFunction::preference, a, b));
      default:
        return gy;
    }
  }
  Tensor gradient_b(const Tensor& gy) const {
    switch (function) {
      case BinaryFunction::add:
        return gy;
      case BinaryFunction::subtract:
        return negated(gy);
      case BinaryFunction::multiply:
        return apply(BinaryFunction::multiply, gy, a);
      case BinaryFunction::divide: {  // d(a/b)/db = -a/b^2
        const Tensor quotient = apply(BinaryFunction::divide, apply(BinaryFunction::divide, a, b), b);
        return negated(apply(BinaryFunction::multiply, gy, quotient));
      }
      case BinaryFunction::maximum:
        return apply(BinaryFunction::multiply, gy, apply(BinaryFunction::preference, b, a));
      case BinaryFunction::preference:
      case BinaryFunction::equal:
        break;  // never recorded
    }
    return {};
  }
};

Variable binary(BinaryFunction function, const Variable& any_a, const Variable& any_b) {
  // 16 bits are for activations that meet activations; factors and terms of other kinds want more digits.
  const bool alike = any_a.value().dtype() == any_b.value().dtype() && any_a.shape() == any_b.shape();
  const Variable a = alike ? any_a : widened(any_a), b = alike ? any_b : widened(any_b);
  Tensor y = apply(function, a.value(), b.value());
  if (!wants_gradient({&a, &b})) return constant(y, name_of(function));
  auto node = std::make_shared<BinaryNode>();
  node->function = function;
  node->a_shape = a.shape();
  node->b_shape = b.shape();
  const bool product = function == BinaryFunction::multiply || function == BinaryFunction::divide;
  const bool choice = function == BinaryFunction::maximum;
  if (choice || (product && b.needs_gradient())) node->a = a.value();
  if (choice || (product && (a.needs_gradient() || function == BinaryFunction::divide))) node->b = b.value();
  return record(y, node, {&a, &b});
}

}  // namespace

Variable add(const Variable& a, const Variable& b) {
  return binary(BinaryFunction::add, a, b);
}
Variable subtract(const Variable& a, const Variable& b) {
  return binary(BinaryFunction::subtract, a, b);
}
Variable multiply(const Variable& a, const Variable& b) {
  return binary(BinaryFunction::multiply, a, b);
}
Variable divide(const Variable& a, const Variable& b) {
  return binary(BinaryFunction::divide, a, b);
}
Variable maximum(const Variable& a, const Variable& b) {
  return binary(BinaryFunction::maximum, a, b);
}
Variable scale(const Variable& x, double factor) {
  const Variable wide = widened(x);
  return multiply(wide, wide.value().full_like({}, factor));
}

}  // namespace scrim
