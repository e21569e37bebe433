// An op of one's own outside the tree: the sine with its gradient, used like any other.
#include <fmt/core.h>

#include <cmath>

#include "scrim/autograd/ops/loss.h"
#include "scrim/autograd/variable.h"

using namespace scrim;

namespace {

template <class Function>
Tensor mapped(const Tensor& x, const Function& f) {
  Tensor y = x.empty_like(x.shape());
  for (std::size_t i = 0; i < std::size_t(x.numel()); ++i) y.mutable_data<float>()[i] = f(x.data<float>()[i]);
  return y;
}

/// All that is kept until backward: x.
struct SineNode : Node {
  Tensor x;
  std::string_view op() const override { return "sine"; }
  std::vector<KeptItem> kept() const override { return {{"x", x.bytes()}}; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = mapped(x, [](float value) { return std::cos(value); });
    for (std::size_t i = 0; i < std::size_t(gx.numel()); ++i)
      gx.mutable_data<float>()[i] *= gy.data<float>()[i];
    return {gx};
  }
};

Variable sine(const Variable& x) {
  Tensor y = mapped(x.value(), [](float value) { return std::sin(value); });
  if (!wants_gradient({&x})) return constant(y, "sine");
  auto node = std::make_shared<SineNode>();
  node->x = x.value();
  return record(y, node, {&x});
}

}  // namespace

int main() {
  const Variable x = Variable::parameter(Tensor::from<float>({3}, {0, 1, 2}));
  backward(mse(sine(x), Tensor::zeros({3})));  // mean of sin(x)^2: the gradient is sin(2x) / 3
  for (std::size_t i = 0; i < 3; ++i) {
    const float got = x.gradient().data<float>()[i], expected = std::sin(2 * x.value().data<float>()[i]) / 3;
    fmt::print("gradient {:.4f}, expected {:.4f}\n", got, expected);
    if (std::abs(got - expected) > 1e-6f) return 1;
  }
}
