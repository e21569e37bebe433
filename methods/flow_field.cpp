#include "methods/flow_field.h"

namespace scrim {

FlowField::FlowField(const Settings& settings, const Initializer& initializer)
    : FlowField(build(settings, initializer), settings) {}

FlowField::FlowField(std::unique_ptr<FlowAnonymizer> network, const Settings& settings)
    : LearnedMethod(network->generator), settings_(settings), network_(std::move(network)) {}

ChangedPixels FlowField::draw(const Variable& film, const Variable& small, const Variable& mask) const {
  const auto [warped, displacement] = network_->warped(film, network_->field(small), mask);
  return {warped, displacement, settings_.protection == "blend" ? mask : Variable()};
}

std::string FlowField::describe() const {
  return fmt::format("{}, mu {}, operator {}{}", name, settings_.mu, settings_.op,
                     wants_masks() ? fmt::format(", organs kept by {}", settings_.protection) : "");
}

}  // namespace scrim
