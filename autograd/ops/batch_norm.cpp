#include "autograd/ops/batch_norm.h"

#include "kernels/batch_norm/batch_norm.h"

namespace scrim {
namespace {

struct BatchNormNode : Node {
  Kept x;
  Tensor mean, rstd, weight, bias;
  bool relu, fixed_statistics;

  std::string_view op() const override { return relu ? "batch_norm with relu" : "batch_norm"; }
  std::vector<KeptItem> kept() const override {
    return {{"x", x.bytes()}, {"mean", mean.bytes()}, {"rstd", rstd.bytes()}};
  }
  bool can_recompute() const override { return true; }
  Tensor recompute() const override {
    const Tensor input = x.get();
    Tensor y = input.empty_like(input.shape());
    kernels::batch_norm_apply(input.view(), mean.view(), rstd.view(), weight.view(), bias.view(),
                              y.mutable_view(), relu);
    return y;
  }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = reusable(gy);
    Tensor gweight = weight.empty_like(weight.shape()), gbias = bias.empty_like(bias.shape());
    const auto kernel = fixed_statistics ? kernels::batch_norm_backward_fixed : kernels::batch_norm_backward;
    kernel(x.get().view(), mean.view(), rstd.view(), weight.view(), bias.view(), gy.view(), gx.mutable_view(),
           gweight.mutable_view(), gbias.mutable_view(), relu);
    return {gx, gweight, gbias};
  }
};

}  // namespace

Variable batch_norm(const Variable& x, const Variable& weight, const Variable& bias, Tensor* running_mean,
                    Tensor* running_variance, const BatchNormOptions& options, Tensor* batches) {
  const bool fixed = options.statistics == NormStatistics::running;
  require(!fixed || (running_mean && running_variance), "batch_norm",
          "running statistics were asked for, none came");
  Tensor mean, variance;
  if (fixed) {
    mean = running_mean->clone();
    variance = *running_variance;
  } else {
    mean = weight.value().empty_like(weight.shape());
    variance = weight.value().empty_like(weight.shape());
    kernels::batch_norm_statistics(x.value().view(), mean.mutable_view(), variance.mutable_view());
  }
  Tensor rstd = weight.value().empty_like(weight.shape());
  kernels::BatchNormFinish finish{options.epsilon, options.momentum, 1};
  if (!fixed && running_mean && running_variance) {
    const double count = double(x.value().numel() / weight.value().numel());
    require(count > 1, "batch_norm", "one value per channel came ({}): its variance is not defined",
            x.shape().str());
    finish.unbiased = count / (count - 1);
    kernels::batch_norm_finish(mean.view(), variance.view(), finish, rstd.mutable_view(),
                               running_mean->mutable_view(), running_variance->mutable_view(),
                               batches ? batches->mutable_view() : View{});
  } else {
    kernels::batch_norm_finish(mean.view(), variance.view(), finish, rstd.mutable_view());
  }
  Tensor y = x.value().empty_like(x.shape());
  kernels::batch_norm_apply(x.value().view(), mean.view(), rstd.view(), weight.value().view(),
                            bias.value().view(), y.mutable_view(), options.relu);
  if (!wants_gradient({&x, &weight, &bias})) return constant(y, "batch_norm");
  auto node = std::make_shared<BatchNormNode>();
  node->x = options.remake_input ? Kept(x) : Kept(Variable(x.value()));
  node->mean = mean;
  node->rstd = rstd;
  node->weight = weight.value();
  node->bias = bias.value();
  node->relu = options.relu;
  node->fixed_statistics = fixed;
  return record(y, node, {&x, &weight, &bias});
}

void batch_norm_in_place(Tensor& x, const Tensor& weight, const Tensor& bias, double epsilon, bool relu) {
  Tensor mean = weight.empty_like(weight.shape()), variance = weight.empty_like(weight.shape());
  kernels::batch_norm_statistics(x.view(), mean.mutable_view(), variance.mutable_view());
  Tensor rstd = weight.empty_like(weight.shape());
  kernels::batch_norm_finish(mean.view(), variance.view(), {.epsilon = epsilon}, rstd.mutable_view());
  kernels::batch_norm_apply(x.view(), mean.view(), rstd.view(), weight.view(), bias.view(), x.mutable_view(),
                            relu);
}

}  // namespace scrim
