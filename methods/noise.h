// Method "noise": a U-Net draws a noise field that is added to the film, less of it inside organs (PriCheXyNoise-Net).
// Card: noise.md.
#pragma once

#include "methods/learned_method.h"
#include "models/networks/build_network.h"

namespace scrim {

struct NoiseSettings : NoiseAnonymizerSettings {
  double noise_in_masks = 1;
};
template <class Visit>
void visit_drawing_fields(NoiseSettings& s, const char* table, Visit&& visit) {
  visit_drawing_fields(static_cast<NoiseAnonymizerSettings&>(s), table, visit);
  visit(table, "noise_in_masks", s.noise_in_masks, "noise: share of the noise inside masked organs, 0 to 1");
}
/// Throws UsageError that names the key whose value does not make sense.
void check(const NoiseSettings& settings, std::string_view table);

class Noise : public LearnedMethod {
 public:
  static constexpr const char* name = "noise";
  static constexpr const char* network = "noise_anonymizer";
  using Settings = NoiseSettings;

  Noise(const Settings& settings, const Initializer& initializer);

  ChangedPixels draw(const Variable& film, const Variable& small, const Variable& mask) const override;
  static bool keeps_organs(const Settings& settings) { return settings.noise_in_masks != 1; }
  bool wants_masks() const override { return keeps_organs(settings_); }
  std::string describe() const override;

 private:
  Noise(std::unique_ptr<NoiseAnonymizer> network, const Settings& settings);

  Settings settings_;
  std::unique_ptr<NoiseAnonymizer> network_;
};

}  // namespace scrim
