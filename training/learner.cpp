#include "training/learner.h"

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
  backward(loss);
  // A GPU is told the whole step before anybody waits for it: whether all is finite is decided there.
  std::vector<ConstView> numbers{loss.value().view()};
  for (const auto& [name, parameter] : module_.parameters())
    if (parameter->gradient().defined()) numbers.push_back(parameter->gradient().view());
  Tensor outcome = loss.value().empty_like({2}), finite = loss.value().empty_like({1});
  kernels::all_finite(numbers, finite.mutable_view());
  optimiser_->step(finite);
  kernels::concat({loss.value().reshape({1}).view(), finite.view()}, 0, outcome.mutable_view());
  const Tensor known = to_host(outcome);
  if (known.data<float>()[1] == 0) name_cause(make_loss);
  return known.data<float>()[0];
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
