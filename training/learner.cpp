#include "training/learner.h"

#include <cmath>

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
  const double value = loss.value().item();
  bool finite = std::isfinite(value);
  if (finite && value > skip_above) return value;
  if (finite) {
    backward(loss);
    for (const auto& [name, parameter] : module_.parameters())
      finite &= !parameter->gradient().defined() || is_finite(parameter->gradient());
  }
  if (!finite) name_cause(make_loss);
  optimiser_->step();
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
  target[name_ + ".learning_rate"] = Tensor::scalar(optimiser_->learning_rate(), DType::f64);
}

void Learner::load_state(const State& source) {
  module_.load_state(part_with_prefix(source, name_ + ".model"));
  optimiser_->load_state(part_with_prefix(source, name_ + ".optimiser"));
  const auto rate = source.find(name_ + ".learning_rate");
  require(rate != source.end(), "checkpoint", "has no {}.learning_rate", name_);
  optimiser_->set_learning_rate(rate->second.item());
}

}  // namespace scrim
