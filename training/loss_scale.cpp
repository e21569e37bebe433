#include "training/loss_scale.h"

#include "tensor/compute_device.h"

namespace scrim {
namespace {

constexpr double at_first = 65536, most = 16777216;
constexpr std::int64_t good_steps_to_double = 2000;

}  // namespace

LossScale::LossScale() : in_use_(compute_device().is_cuda() && compute_settings().math == ProductMath::f16) {
  if (in_use_) factor_ = at_first;
}

bool LossScale::after_step(bool finite) {
  if (!finite) {
    good_steps_ = 0;
    if (factor_ <= 1) return false;
    factor_ /= 2;
  } else if (in_use_ && ++good_steps_ == good_steps_to_double) {
    good_steps_ = 0;
    if (factor_ < most) factor_ *= 2;
  }
  return true;
}

void LossScale::add_state(State& target, const std::string& name) const {
  if (in_use_) target[name] = Tensor::from<double>({2}, {factor_, double(good_steps_)});
}

void LossScale::load_state(const State& source, const std::string& name) {
  const auto stored = source.find(name);
  if (!in_use_ || stored == source.end()) return;
  require(stored->second.shape() == Shape{2} && stored->second.dtype() == DType::f64, "checkpoint",
          "{} is no loss scale", name);
  factor_ = stored->second.data<double>()[0];
  good_steps_ = std::int64_t(stored->second.data<double>()[1]);
  require(factor_ >= 1 && factor_ <= most, "checkpoint", "{} is {}, expected 1 to {}", name, factor_, most);
}

}  // namespace scrim
