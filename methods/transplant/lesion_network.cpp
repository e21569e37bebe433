#include "methods/transplant/lesion_network.h"

#include "autograd/ops/binary.h"
#include "autograd/ops/concat.h"

namespace scrim {

FlowUNetSettings lesion_network(std::int64_t init_features) {
  return {.in_channels = 1, .out_channels = 2, .init_features = init_features};
}

Lesions lesions_of(UNet& network, const Variable& x) {
  const Variable drawn = network(x);  // -1 to 1
  const Variable half(drawn.value().full_like({}, 0.5));
  return {slice(drawn, 3, 0, 1), scale(slice(drawn, 3, 1, 1), 0.5) + half};
}

LoadedLesionNetwork load_lesion_network(const std::filesystem::path& weights) {
  auto loaded = load_network<FlowUNetSettings>(weights);
  require(loaded.settings.in_channels == 1 && loaded.settings.out_channels == 2, "weights",
          "{} holds a U-Net of {} inputs and {} outputs; a network of lesions has 1 and 2", weights.string(),
          loaded.settings.in_channels, loaded.settings.out_channels);
  return loaded;
}

}  // namespace scrim
