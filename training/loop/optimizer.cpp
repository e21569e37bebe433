#include "training/loop/optimizer.h"

#include <cmath>

#include "tensor/compute_device.h"

namespace scrim {

Optimizer::Optimizer(std::vector<NamedParameter> parameters, double learning_rate, Betas betas,
                     std::vector<std::string> slots)
    : parameters_(std::move(parameters)),
      slots_(std::move(slots)),
      learning_rate_(learning_rate),
      betas_(betas) {
  for (const auto& [name, parameter] : parameters_) {
    kept_.emplace_back();
    for (std::size_t i = 0; i < slots_.size(); ++i)
      kept_.back().push_back(parameter->value().full_like(parameter->shape(), 0));
  }
  const Device device = parameters_.empty() ? Device::cpu : parameters_[0].parameter->value().device();
  clock_ = Tensor::full({kernels::clock_fields}, 0, DType::f64, device);
  set_clock(kernels::clock_learning_rate, learning_rate);
}

void Optimizer::set_clock(kernels::ClockField field, double value) {
  Tensor clock = to_host(clock_).clone();
  clock.mutable_data<double>()[field] = value;
  clock_.copy_from(clock);
}

void Optimizer::set_learning_rate(double value) {
  if (value == learning_rate_) return;  // a GPU need not be waited for
  learning_rate_ = value;
  set_clock(kernels::clock_learning_rate, value);
}

void Optimizer::step(const Tensor& factor) {
  std::vector<Item> items;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    Variable& parameter = *parameters_[i].parameter;
    if (parameter.gradient().defined())
      items.push_back({parameter.gradient(), parameter.mutable_value(), kept_[i]});
  }
  kernels::advance_clock(betas_.beta1, betas_.beta2, factor.view(), clock_.mutable_view());
  update(items, clock_.view(), factor.view());
}

State Optimizer::state() const {
  State state;
  state["step"] =
      Tensor::from<std::int64_t>({}, {std::int64_t(to_host(clock_).data<double>()[kernels::clock_steps])});
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    for (std::size_t slot = 0; slot < slots_.size(); ++slot)
      state[slots_[slot] + "." + parameters_[i].name] = kept_[i][slot].clone();
  return state;
}

void Optimizer::load_state(const State& state) {
  require(state.size() == 1 + slots_.size() * parameters_.size() && state.contains("step"), "optimizer",
          "the stored state has {} tensors, expected {}", state.size(),
          1 + slots_.size() * parameters_.size());
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
      const std::string name = slots_[slot] + "." + parameters_[i].name;
      require(state.contains(name), "optimizer", "the stored state has no {}", name);
      kept_[i][slot].copy_from(state.at(name));
    }
  set_clock(kernels::clock_steps, state.at("step").item());
}

Adam::Adam(std::vector<NamedParameter> parameters, double learning_rate, const kernels::AdamOptions& options)
    : Optimizer(std::move(parameters), learning_rate, {options.beta1, options.beta2},
                {"exp_avg", "exp_avg_sq"}),
      options_(options) {}

void Adam::update(const std::vector<Item>& items, ConstView clock, ConstView factor) {
  std::vector<kernels::AdamTensors> tensors;
  for (const Item& item : items)
    tensors.push_back({item.gradient.view(), item.parameter.mutable_view(), item.kept[0].mutable_view(),
                       item.kept[1].mutable_view()});
  kernels::adam_step(options_, tensors, clock, factor);
}

Sgd::Sgd(std::vector<NamedParameter> parameters, double learning_rate, const kernels::SgdOptions& options)
    : Optimizer(
          std::move(parameters), learning_rate, {},
          options.momentum != 0 ? std::vector<std::string>{"momentum_buffer"} : std::vector<std::string>{}),
      options_(options) {}

void Sgd::update(const std::vector<Item>& items, ConstView clock, ConstView factor) {
  std::vector<kernels::SgdTensors> tensors;
  for (const Item& item : items)
    tensors.push_back({item.gradient.view(), item.parameter.mutable_view(),
                       item.kept.empty() ? View{} : item.kept[0].mutable_view()});
  kernels::sgd_step(options_, tensors, clock, factor);
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
