#include "methods/noise.h"

#include "autograd/ops/binary.h"
#include "autograd/ops/unary.h"
#include "base/config/config_checks.h"

namespace scrim {

void check(const NoiseSettings& s, std::string_view table) {
  check(static_cast<const NoiseAnonymizerSettings&>(s), table);
  check_range(table, "noise_in_masks", s.noise_in_masks, 0, 1);
}

Noise::Noise(const Settings& settings, const Initializer& initializer)
    : Noise(build(settings, initializer), settings) {}

Noise::Noise(std::unique_ptr<NoiseAnonymizer> network, const Settings& settings)
    : LearnedMethod(network->generator), settings_(settings), network_(std::move(network)) {}

ChangedPixels Noise::draw(const Variable& film, const Variable& small, const Variable& mask) const {
  const double inside = settings_.noise_in_masks;
  const Variable sensitivity =
      wants_masks() ? Variable(mask.value().full_like({}, 1)) - scale(mask, 1 - inside) : Variable();
  return {add_noise(film, network_->field(small), settings_.noise_degree, sensitivity), {}};
}

std::string Noise::describe() const {
  return fmt::format("{}, degree {}{}{}", name, settings_.noise_degree, settings_.smooth ? ", smoothed" : "",
                     wants_masks() ? fmt::format(", {} of it inside organs", settings_.noise_in_masks) : "");
}

}  // namespace scrim
