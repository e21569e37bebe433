#include "training/loop/loss_scale.h"

#include "autograd/ops/binary.h"
#include "kernels/step_control/step_control.h"
#include "tensor/compute_device.h"

namespace scrim {

LossScale::LossScale()
    : in_use_(compute_device().is_cuda() && compute_settings().math == ProductMath::f16),
      scale_(Tensor::full({}, in_use_ ? kernels::scale_at_first : 1, DType::f32, compute_device())),
      good_steps_(scale_.full_like({}, 0)) {}

Variable LossScale::applied_to(const Variable& loss) const {
  return in_use_ ? multiply(loss, Variable(scale_)) : loss;
}

Tensor LossScale::removed_from(const Tensor& gradient) const {
  if (!in_use_) return gradient;
  const NoGradient no_gradient;
  return divide(Variable(gradient), Variable(scale_)).value();
}

void LossScale::add_state(State& target, const std::string& name) const {
  if (in_use_) target[name] = Tensor::from<double>({2}, {scale_.item(), good_steps_.item()});
}

void LossScale::load_state(const State& source, const std::string& name) {
  const auto stored = source.find(name);
  if (!in_use_ || stored == source.end()) return;
  require(stored->second.shape() == Shape{2} && stored->second.dtype() == DType::f64, "checkpoint",
          "{} is no loss scale", name);
  const double scale = stored->second.data<double>()[0], good_steps = stored->second.data<double>()[1];
  require(scale >= 1 && scale <= kernels::scale_most, "checkpoint", "{} is {}, expected 1 to {}", name, scale,
          kernels::scale_most);
  scale_.copy_from(Tensor::scalar(scale));
  good_steps_.copy_from(Tensor::scalar(good_steps));
}

}  // namespace scrim
