#include "training/learner.h"

#include <cmath>

#include "autograd/binary.h"
#include "kernels/binary/binary.h"
#include "kernels/concat/concat.h"
#include "kernels/finite/finite.h"
#include "tensor/compute_device.h"
#include "training/run_folder.h"

namespace scrim {

Learner::Learner(std::string name, Module& module, const OptimiserSettings& settings)
    : name_(std::move(name)), module_(module) {
  module.to(compute_device());
  optimiser_ = make_optimiser(settings, module);
}

double Learner::update(const std::function<Variable()>& make_loss, double skip_above) {
  module_.zero_gradients();
  const Variable loss = make_loss();
  if (skip_above < no_limit)
    if (const double value = loss.value().item(); value > skip_above) return value;
  const double factor = loss_scale_.factor();
  backward(factor == 1 ? loss : scale(loss, factor));
  // A GPU is told the whole step before anybody waits for it: whether all is finite is decided there.
  std::vector<ConstView> numbers{loss.value().view()};
  for (const auto& [name, parameter] : module_.parameters())
    if (parameter->gradient().defined()) numbers.push_back(parameter->gradient().view());
  Tensor outcome = loss.value().empty_like({2}), step_factor = loss.value().empty_like({1});
  kernels::all_finite(numbers, step_factor.mutable_view());
  if (factor != 1)
    kernels::multiply(step_factor.view(), step_factor.full_like({1}, 1 / factor).view(),
                      step_factor.mutable_view());
  optimiser_->step(step_factor);
  kernels::concat({loss.value().reshape({1}).view(), step_factor.view()}, 0, outcome.mutable_view());
  const Tensor known = to_host(outcome);
  const float value = known.data<float>()[0];
  const bool helps = loss_scale_.after_step(known.data<float>()[1] != 0);
  if (!helps || !std::isfinite(value)) name_cause(make_loss);
  return value;
}

void Learner::name_cause(const std::function<Variable()>& loss) {
  std::string cause = "the loss or a gradient is NaN or infinite";
  try {
    const FiniteCheck check;  // looks at every op of a second run and throws at the first that is not finite
    module_.zero_gradients();
    backward(loss());
  } catch (const NonFiniteError& e) {
    cause = e.what();
  }
  throw NonFiniteError(fmt::format("in the update of the {}: {}", name_, cause));
}

void Learner::add_state(State& target) const {
  add_with_prefix(target, name_ + ".model", module_.state());
  add_with_prefix(target, name_ + ".optimiser", optimiser_->state());
  loss_scale_.add_state(target, name_ + ".loss_scale");
  target[name_ + ".learning_rate"] = Tensor::scalar(optimiser_->learning_rate(), DType::f64);
}

void Learner::load_state(const State& source) {
  module_.load_state(part_with_prefix(source, name_ + ".model"));
  optimiser_->load_state(part_with_prefix(source, name_ + ".optimiser"));
  loss_scale_.load_state(source, name_ + ".loss_scale");
  const auto rate = source.find(name_ + ".learning_rate");
  require(rate != source.end(), "checkpoint", "has no {}.learning_rate", name_);
  optimiser_->set_learning_rate(rate->second.item());
}

}  // namespace scrim
