// The network that finds lesions and parts them from the chest behind them: a U-Net (models/unet.h) with two outputs.
#pragma once

#include <algorithm>
#include <cmath>

#include "models/networks/weight_files.h"

namespace scrim {

/// A lesion's layer, -1 to 1: of the way from the film without it (`twin`) to white, or to black below 0, the share that the
/// lesion goes. As a share, it neither saturates nor vanishes on a chest that is lighter or darker there. Ends are set off a
/// little, so that noise on white or black stays small.
inline constexpr float layer_headroom = 0.05f;
inline float layer_of(float film, float twin) {
  const float change = film - twin;
  return change / (layer_headroom + (change > 0 ? 1 - twin : twin));
}
/// The same lesion on another film.
inline float with_layer(float film, float layer) {
  return film + layer * (layer_headroom + (layer > 0 ? 1 - film : film));
}

/// The film that with_layer() makes into this one.
inline float without_layer(float film, float layer) {
  constexpr float least = 0.05f;  // of the film is left under any lesion
  const float left = std::max(least, 1 - std::abs(layer));
  const float twin = (film - layer * layer_headroom - std::max(layer, 0.f)) / left;
  return std::clamp(twin, 0.f, 1.f);
}

/// What a film's findings do to it.
struct Lesions {
  Variable layer;   ///< [N,H,W,1], as layer_of()
  Variable surely;  ///< [N,H,W,1], 0 to 1: how surely findings change the film there
};

/// The network's settings: one film in, two numbers a pixel out.
FlowUNetSettings lesion_network(std::int64_t init_features);

/// x[N,H,W,1], sides divisible by 16.
Lesions lesions_of(UNet& network, const Variable& x);

using LoadedLesionNetwork = LoadedNetwork<UNet, FlowUNetSettings>;
/// From a weight file of train_lesion_network, in evaluation mode. Throws Error when it holds something else.
LoadedLesionNetwork load_lesion_network(const std::filesystem::path& weights);

}  // namespace scrim
