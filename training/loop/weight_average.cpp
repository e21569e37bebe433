#include "training/loop/weight_average.h"

#include <algorithm>

#include "base/error.h"
#include "tensor/compute_device.h"
#include "training/loop/run_folder.h"

namespace scrim {
namespace {

State copied(const State& state) {
  State copy;
  for (const auto& [name, tensor] : state) copy[name] = to_host(tensor).clone();
  return copy;
}

}  // namespace

WeightAverage::WeightAverage(const Module& module, double decay)
    : decay_(decay), average_(copied(module.state())) {}

void WeightAverage::update(const Module& module) {
  ++steps_;
  const auto keep = float(std::min(decay_, double(1 + steps_) / double(10 + steps_)));
  for (const auto& [name, tensor] : module.state()) {
    Tensor& average = average_.at(name);
    const Tensor now = to_host(tensor);
    if (now.dtype() != DType::f32) {
      average = now.clone();  // counts of batches
      continue;
    }
    const auto from = now.data<float>();
    const auto to = average.mutable_data<float>();
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = keep * to[i] + (1 - keep) * from[i];
  }
}

void WeightAverage::add_state(State& target) const {
  add_with_prefix(target, "average", average_);
  target["average_steps"] = Tensor::from<std::int64_t>({}, {steps_});
}

void WeightAverage::load_state(const State& source) {
  const State saved = part_with_prefix(source, "average");
  const auto steps = source.find("average_steps");
  require(!saved.empty() && steps != source.end(), "checkpoint", "has no average of the weights");
  average_ = copied(saved);
  steps_ = std::int64_t(steps->second.item());
}

}  // namespace scrim
