#include "autograd/ops/instance_norm.h"

#include "autograd/ops/convert.h"
#include "kernels/instance_norm/instance_norm.h"

namespace scrim {
namespace {

struct InstanceNormNode : Node {
  Tensor y, rstd;

  std::string_view op() const override { return "instance_norm"; }
  std::vector<KeptItem> kept() const override { return {{"y", y.bytes()}, {"rstd", rstd.bytes()}}; }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = reusable(gy);
    kernels::instance_norm_backward(y.view(), rstd.view(), gy.view(), gx.mutable_view());
    return {gx};
  }
};

}  // namespace

Variable instance_norm(const Variable& any, double epsilon) {
  const Variable x = widened(any);
  const Shape& s = x.shape();
  require(s.rank() >= 1 && s[s.rank() - 1] >= 1, "instance_norm",
          "x has the shape {}, expected [..,F], F >= 1", s.str());
  Tensor y = x.value().empty_like(s);
  Tensor rstd = x.value().empty_like({s.numel() / s[s.rank() - 1]});
  kernels::instance_norm_forward(x.value().view(), y.mutable_view(), rstd.mutable_view(), epsilon);
  if (!wants_gradient({&x})) return constant(y, "instance_norm");
  auto node = std::make_shared<InstanceNormNode>();
  node->y = y;
  node->rstd = rstd;
  return record(y, node, {&x});
}

}  // namespace scrim
