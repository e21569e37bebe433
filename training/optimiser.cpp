#include "training/optimiser.h"

#include <cmath>

namespace scrim {

void Optimiser::make_slots() {
  for (const auto& [name, parameter] : parameters_) {
    kept_.emplace_back();
    for (std::size_t i = 0; i < slots().size(); ++i)
      kept_.back().push_back(parameter->value().full_like(parameter->shape(), 0));
  }
}

void Optimiser::step(const Tensor& factor) {
  ++t_;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    Variable& parameter = *parameters_[i].parameter;
    if (parameter.gradient().defined())
      update(t_, parameter.gradient(), parameter.mutable_value(), kept_[i], factor.view());
  }
}

State Optimiser::state() const {
  State state;
  state["step"] = Tensor::from<std::int64_t>({}, {t_});
  const auto names = slots();
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    for (std::size_t slot = 0; slot < names.size(); ++slot)
      state[names[slot] + "." + parameters_[i].name] = kept_[i][slot].clone();
  return state;
}

void Optimiser::load_state(const State& state) {
  const auto names = slots();
  require(state.size() == 1 + names.size() * parameters_.size() && state.contains("step"), "optimiser",
          "the stored state has {} tensors, expected {}", state.size(),
          1 + names.size() * parameters_.size());
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    for (std::size_t slot = 0; slot < names.size(); ++slot) {
      const std::string name = names[slot] + "." + parameters_[i].name;
      require(state.contains(name), "optimiser", "the stored state has no {}", name);
      kept_[i][slot].copy_from(state.at(name));
    }
  t_ = std::int64_t(state.at("step").item());
}

Adam::Adam(std::vector<NamedParameter> parameters, const kernels::AdamOptions& options)
    : Optimiser(std::move(parameters)), options_(options) {
  make_slots();
}

void Adam::update(std::int64_t t, const Tensor& gradient, Tensor& parameter, std::vector<Tensor>& kept,
                  ConstView factor) {
  kernels::adam_step(options_, t, gradient.view(), parameter.mutable_view(), kept[0].mutable_view(),
                     kept[1].mutable_view(), factor);
}

Sgd::Sgd(std::vector<NamedParameter> parameters, const kernels::SgdOptions& options)
    : Optimiser(std::move(parameters)), options_(options) {
  make_slots();
}

void Sgd::update(std::int64_t t, const Tensor& gradient, Tensor& parameter, std::vector<Tensor>& kept,
                 ConstView factor) {
  kernels::sgd_step(options_, t, gradient.view(), parameter.mutable_view(),
                    kept.empty() ? View{} : kept[0].mutable_view(), factor);
}

double StepSchedule::at(double start, std::int64_t epoch) const {
  return start * std::pow(gamma, double(epoch / epochs));
}

double PlateauSchedule::after(double loss, double learning_rate) {
  if (loss < best_ * (1 - threshold_)) {
    best_ = loss;
    bad_epochs_ = 0;
  } else if (++bad_epochs_ > patience_) {
    bad_epochs_ = 0;
    return learning_rate * factor_;
  }
  return learning_rate;
}

State PlateauSchedule::state() const {
  return {{"best", Tensor::scalar(best_, DType::f64)},
          {"bad_epochs", Tensor::from<std::int64_t>({}, {bad_epochs_})}};
}

void PlateauSchedule::load_state(const State& state) {
  require(state.contains("best") && state.contains("bad_epochs"), "schedule",
          "the stored state is not a plateau's");
  best_ = state.at("best").item();
  bad_epochs_ = std::int64_t(state.at("bad_epochs").item());
}

}  // namespace scrim
