#include "autograd/batch_norm.h"

#include <cmath>

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
    Tensor y = Tensor::empty(input.shape(), input.dtype());
    kernels::batch_norm_apply(input.view(), mean.view(), rstd.view(), weight.view(), bias.view(),
                              y.mutable_view(), relu);
    return y;
  }
  std::vector<Tensor> backward(Tensor gy) override {
    Tensor gx = reusable(gy);
    Tensor gweight = Tensor::empty(weight.shape(), weight.dtype()),
           gbias = Tensor::empty(bias.shape(), bias.dtype());
    const auto kernel = fixed_statistics ? kernels::batch_norm_backward_fixed : kernels::batch_norm_backward;
    kernel(x.get().view(), mean.view(), rstd.view(), weight.view(), bias.view(), gy.view(), gx.mutable_view(),
           gweight.mutable_view(), gbias.mutable_view(), relu);
    return {gx, gweight, gbias};
  }
};

/// 1 / sqrt(variance + epsilon), per channel.
Tensor inverse_deviation(const Tensor& variance, double epsilon) {
  Tensor rstd = Tensor::empty(variance.shape(), variance.dtype());
  for_real_type(variance.dtype(), "batch_norm", [&]<class T>(T) {
    const auto in = variance.data<T>();
    const auto out = rstd.mutable_data<T>();
    for (std::size_t c = 0; c < in.size(); ++c) out[c] = T(1 / std::sqrt(double(in[c]) + epsilon));
  });
  return rstd;
}

/// running = (1 - momentum) * running + momentum * scale * batch.
void update_running(Tensor& running, const Tensor& batch, double momentum, double scale) {
  for_real_type(batch.dtype(), "batch_norm", [&]<class T>(T) {
    const auto now = batch.data<T>();
    const auto out = running.mutable_data<T>();
    for (std::size_t c = 0; c < now.size(); ++c)
      out[c] = T((1 - momentum) * double(out[c]) + momentum * scale * double(now[c]));
  });
}

}  // namespace

Variable batch_norm(const Variable& x, const Variable& weight, const Variable& bias, Tensor* running_mean,
                    Tensor* running_variance, const BatchNormOptions& options) {
  const bool fixed = options.statistics == NormStatistics::running;
  require(!fixed || (running_mean && running_variance), "batch_norm",
          "running statistics were asked for, none came");
  const DType dtype = x.value().dtype();
  Tensor mean, variance;
  if (fixed) {
    mean = running_mean->clone();
    variance = *running_variance;
  } else {
    mean = Tensor::empty(weight.shape(), dtype);
    variance = Tensor::empty(weight.shape(), dtype);
    kernels::batch_norm_statistics(x.value().view(), mean.mutable_view(), variance.mutable_view());
  }
  const Tensor rstd = inverse_deviation(variance, options.epsilon);
  Tensor y = Tensor::empty(x.shape(), dtype);
  kernels::batch_norm_apply(x.value().view(), mean.view(), rstd.view(), weight.value().view(),
                            bias.value().view(), y.mutable_view(), options.relu);
  if (!fixed && running_mean && running_variance) {
    const double count = double(x.value().numel() / weight.value().numel());
    require(count > 1, "batch_norm", "one value per channel came ({}): its variance is not defined",
            x.shape().str());
    update_running(*running_mean, mean, options.momentum, 1);
    update_running(*running_variance, variance, options.momentum, count / (count - 1));
  }
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
  Tensor mean = Tensor::empty(weight.shape(), x.dtype()), variance = Tensor::empty(weight.shape(), x.dtype());
  kernels::batch_norm_statistics(x.view(), mean.mutable_view(), variance.mutable_view());
  const Tensor rstd = inverse_deviation(variance, epsilon);
  kernels::batch_norm_apply(x.view(), mean.view(), rstd.view(), weight.view(), bias.view(), x.mutable_view(),
                            relu);
}

}  // namespace scrim
