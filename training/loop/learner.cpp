#include "training/loop/learner.h"

#include <cmath>

#include "kernels/finite/finite.h"
#include "kernels/step_control/step_control.h"
#include "tensor/compute_device.h"
#include "training/loop/run_folder.h"

namespace scrim {
namespace {

constexpr const char* not_finite = "the loss or a gradient is NaN or infinite";

/// Whether training may go on after this step: gradients that overflow under a loss scale are no fault yet.
bool is_fine(std::span<const float> record) {
  const auto outcome = kernels::StepOutcome(int(record[kernels::record_outcome]));
  if (outcome != kernels::StepOutcome::not_finite) return true;
  return std::isfinite(record[kernels::record_loss]) && record[kernels::record_scale] > 1;
}

}  // namespace

Learner::Learner(std::string name, Module& module, const OptimizerSettings& settings)
    : name_(std::move(name)), module_(module) {
  module.to(compute_device());
  optimizer_ = make_optimizer(settings, module);
}

/// Queues the whole step on the device; its record.
Tensor Learner::queue(const std::function<Variable()>& make_loss, double skip_above) {
  module_.zero_gradients();
  const Variable loss = make_loss();
  backward(loss_scale_.applied_to(loss));
  std::vector<ConstView> numbers{loss.value().view()};
  for (const auto& [name, parameter] : module_.parameters())
    if (parameter->gradient().defined()) numbers.push_back(parameter->gradient().view());
  const Tensor& like = loss.value();
  Tensor finite = like.empty_like({}), factor = like.empty_like({}),
         record = like.empty_like({kernels::record_fields});
  kernels::all_finite(numbers, finite.mutable_view());
  kernels::decide_step({skip_above, loss_scale_.is_in_use()}, like.view(), finite.view(),
                       loss_scale_.scale().mutable_view(), loss_scale_.good_steps().mutable_view(),
                       factor.mutable_view(), record.mutable_view());
  optimizer_->step(factor);
  return record;
}

double Learner::update(const std::function<Variable()>& loss, double skip_above) {
  const Tensor record = to_host(queue(loss, skip_above));
  if (!is_fine(record.data<float>())) name_cause(loss);
  return record.data<float>()[kernels::record_loss];
}

StepValue Learner::step(const std::function<Variable()>& loss, double skip_above) {
  if (reads_later_) return {queue(loss, skip_above), this};
  return {Tensor::scalar(update(loss, skip_above)).to(compute_device())};
}

double Learner::number_of(const StepValue&, std::span<const float> numbers) {
  return numbers[kernels::record_loss];
}

std::optional<std::string> Learner::fault_of(const StepValue& value, std::span<const float> numbers) {
  if (!value.learner || is_fine(numbers)) return std::nullopt;
  return value.learner->fault(not_finite);
}

std::string Learner::fault(const std::string& cause) const {
  return fmt::format("in the update of the {}: {}", name_, cause);
}

void Learner::name_cause(const std::function<Variable()>& loss) {
  std::string cause = not_finite;
  try {
    const FiniteCheck check;  // looks at every op of a second run and throws at the first that is not finite
    module_.zero_gradients();
    backward(loss());
  } catch (const NonFiniteError& e) {
    cause = e.what();
  }
  throw NonFiniteError(fault(cause));
}

void Learner::add_state(State& target) const {
  add_with_prefix(target, name_ + ".model", module_.state());
  add_with_prefix(target, name_ + ".optimizer", optimizer_->state());
  loss_scale_.add_state(target, name_ + ".loss_scale");
  target[name_ + ".learning_rate"] = Tensor::scalar(optimizer_->learning_rate(), DType::f64);
}

void Learner::load_state(const State& source) {
  module_.load_state(part_with_prefix(source, name_ + ".model"));
  optimizer_->load_state(part_with_prefix(source, name_ + ".optimizer"));
  loss_scale_.load_state(source, name_ + ".loss_scale");
  const auto rate = source.find(name_ + ".learning_rate");
  require(rate != source.end(), "checkpoint", "has no {}.learning_rate", name_);
  optimizer_->set_learning_rate(rate->second.item());
}

}  // namespace scrim
