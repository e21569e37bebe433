// Method "flow_field": a U-Net draws a smooth field that warps the film (PriCheXy-Net); with a protection it keeps the
// organs of a mask (PriCheXySeg-Net). Card: flow_field.md.
#pragma once

#include "methods/learned_method.h"
#include "models/networks/build_network.h"

namespace scrim {

class FlowField : public LearnedMethod {
 public:
  static constexpr const char* name = "flow_field";
  static constexpr const char* network = "flow_anonymizer";  ///< what its weight files hold
  using Settings = FlowAnonymizerSettings;

  FlowField(const Settings& settings, const Initializer& initializer);

  ChangedPixels draw(const Variable& film, const Variable& small, const Variable& mask) const override;
  static bool keeps_organs(const Settings& settings) { return settings.protection != "none"; }
  bool wants_masks() const override { return keeps_organs(settings_); }
  bool moves_pixels() const override { return true; }
  std::string describe() const override;

 private:
  FlowField(std::unique_ptr<FlowAnonymizer> network, const Settings& settings);

  Settings settings_;
  std::unique_ptr<FlowAnonymizer> network_;
};

}  // namespace scrim
