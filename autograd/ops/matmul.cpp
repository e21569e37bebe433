#include "autograd/ops/matmul.h"

#include "autograd/ops/binary.h"
#include "autograd/ops/convert.h"
#include "autograd/ops/reduce.h"
#include "kernels/binary/binary.h"

namespace scrim {
namespace {

Tensor product(const Tensor& a, const Tensor& b, const kernels::MatmulOptions& options) {
  Tensor y = a.empty_like(kernels::matmul_output_shape(a.shape(), b.shape(), options));
  kernels::matmul(a.view(), b.view(), y.mutable_view(), options);
  return y;
}

// With A and B the operands as they enter the product: gA = gy B^T, gB = A^T gy. An operand that is stored
// transposed wants its gradient transposed too: gA^T = B gy^T, gB^T = gy^T A.
struct MatmulNode : Node {
  Tensor a, b;
  kernels::MatmulOptions options;

  std::string_view op() const override { return "matmul"; }
  std::vector<KeptItem> kept() const override { return {{"a", a.bytes()}, {"b", b.bytes()}}; }
  std::vector<Tensor> backward(Tensor gy) override {
    const auto [ta, tb] = options;
    std::vector<Tensor> gradients(2);
    if (needs(0)) gradients[0] = ta ? product(b, gy, {tb, true}) : product(gy, b, {false, !tb});
    if (needs(1)) gradients[1] = tb ? product(gy, a, {true, ta}) : product(a, gy, {!ta, false});
    return gradients;
  }
};

/// Outer axes are broadcast together and counted as one.
Variable broadcast_matmul(const Variable& a, const Variable& b, const kernels::MatmulOptions& options) {
  const auto outer = [](const Shape& shape) {
    Shape result;
    for (int axis = 0; axis + 2 < shape.rank(); ++axis) result.append(shape[axis]);
    return result;
  };
  const auto with_matrix = [](Shape shape, const Shape& matrix) {
    shape.append(matrix[matrix.rank() - 2]);
    shape.append(matrix[matrix.rank() - 1]);
    return shape;
  };
  const Shape common = kernels::broadcast_shape(outer(a.shape()), outer(b.shape()));
  const auto expanded = [&](const Variable& x) {
    const Variable whole = x + Variable(x.value().full_like(with_matrix(common, x.shape()), 0));
    return reshape(whole, with_matrix({common.numel()}, x.shape()));
  };
  const Variable y = matmul(expanded(a), expanded(b), options);
  return reshape(y, with_matrix(common, y.shape()));
}

}  // namespace

Variable matmul(const Variable& any_a, const Variable& any_b, const kernels::MatmulOptions& options) {
  const Variable a = widened(any_a), b = widened(any_b);
  if (a.shape().rank() == 3 && b.shape().rank() == 2 && !options.transpose_a) {
    const Shape& s = a.shape();
    const Variable rows = matmul(reshape(a, {s[0] * s[1], s[2]}), b, options);
    return reshape(rows, {s[0], s[1], rows.shape()[1]});
  }
  if (a.shape().rank() > 2 &&
      (a.shape().rank() != 3 || b.shape().rank() != 3 || a.shape()[0] != b.shape()[0]))
    return broadcast_matmul(a, b, options);
  Tensor y = product(a.value(), b.value(), options);
  if (!wants_gradient({&a, &b})) return constant(y, "matmul");
  auto node = std::make_shared<MatmulNode>();
  node->a = a.value();
  node->b = b.value();
  node->options = options;
  return record(y, node, {&a, &b});
}

Variable linear(const Variable& x, const Variable& w, const Variable& b) {
  const int last = x.shape().rank() - 1;
  require(last >= 0 && w.shape().rank() == 2, "linear", "x {} and w {} came, expected [..,I] and [O,I]",
          x.shape().str(), w.shape().str());
  if (last != 1) {  // outer axes count rows
    Shape shape = x.shape();
    shape[last] = w.shape()[0];
    const std::int64_t width = x.shape()[last];
    return reshape(linear(reshape(x, {width == 0 ? 0 : x.value().numel() / width, width}), w, b), shape);
  }
  const Variable y = matmul(x, w, {.transpose_b = true});
  return b.defined() ? y + b : y;
}

}  // namespace scrim
