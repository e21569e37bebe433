#include "layers/module.h"

namespace scrim {

Module::Module(const Place& place)
    : name_(place.name_), parent_(place.parent_), initializer_(place.initializer()) {
  if (place.parent_) place.parent_->children_.emplace_back(name_, this);
}

void Module::add_parameter(std::string name, Variable& parameter) {
  parameters_.emplace_back(std::move(name), &parameter);
}

void Module::add_buffer(std::string name, Tensor& buffer) {
  buffers_.emplace_back(std::move(name), &buffer);
}

std::string Module::path() const {
  if (!parent_) return name_;
  const std::string above = parent_->path();
  return above.empty() ? name_ : above + "." + name_;
}

void Module::collect_parameters(const std::string& prefix, std::vector<NamedParameter>& found) {
  for (auto& [name, parameter] : parameters_) found.push_back({prefix + name, parameter});
  for (auto& [name, child] : children_) child->collect_parameters(prefix + name + ".", found);
}

std::vector<NamedParameter> Module::parameters() {
  std::vector<NamedParameter> found;
  collect_parameters("", found);
  return found;
}

std::int64_t Module::parameter_count() {
  std::int64_t count = 0;
  for (const auto& [name, parameter] : parameters()) count += parameter->value().numel();
  return count;
}

template <class Visit>
void Module::for_each_tensor(const std::string& prefix, Visit&& visit) const {
  for (const auto& [name, parameter] : parameters_) visit(prefix + name, parameter->mutable_value());
  for (const auto& [name, buffer] : buffers_) visit(prefix + name, *buffer);
  for (const auto& [name, child] : children_) child->for_each_tensor(prefix + name + ".", visit);
}

State Module::state() const {
  State state;
  for_each_tensor("", [&](const std::string& name, const Tensor& tensor) { state[name] = tensor.clone(); });
  return state;
}

void Module::to(Device device) {
  for_each_tensor("", [&](const std::string&, Tensor& tensor) { tensor = tensor.to(device); });
}

void Module::load_state(State state) {
  std::string faults;
  std::size_t found = 0, listed = 0;
  const auto fault = [&](std::string text) {
    if (++listed <= 20) faults += "\n  " + text;
  };
  for_each_tensor("", [&](const std::string& name, const Tensor& tensor) {
    const auto entry = state.find(name);
    if (entry == state.end()) return fault(fmt::format("{} is missing", name));
    ++found;
    const Tensor& value = entry->second;
    if (value.shape() == tensor.shape() && value.dtype() == tensor.dtype()) return;
    fault(fmt::format("{} is {} {}, expected {} {}", name, name_of(value.dtype()), value.shape().str(),
                      name_of(tensor.dtype()), tensor.shape().str()));
  });
  if (found < state.size()) {
    State own = this->state();
    for (const auto& [name, tensor] : state)
      if (!own.contains(name))
        fault(fmt::format("{} {} belongs to no part of the network", name, tensor.shape().str()));
  }
  if (listed > 20) faults += fmt::format("\n  and {} more", listed - 20);
  require(faults.empty(), "weights", "do not fit the network:{}", faults);
  for_each_tensor("", [&](const std::string& name, Tensor& tensor) {
    Tensor& value = state.at(name);
    if (value.device() == tensor.device())
      tensor = value.is_unique() ? std::move(value) : value.clone();
    else
      tensor = value.to(tensor.device());
  });
}

void Module::set_training(bool on) {
  training_ = on;
  for (auto& [name, child] : children_) child->set_training(on);
}

void Module::zero_gradients() {
  for (auto& [name, parameter] : parameters()) parameter->zero_gradient();
}

Frozen::Frozen(Module& module) : parameters_(module.parameters()) {
  for (auto& [name, parameter] : parameters_) parameter->set_frozen(true);
}

Frozen::~Frozen() {
  for (auto& [name, parameter] : parameters_) parameter->set_frozen(false);
}

}  // namespace scrim
