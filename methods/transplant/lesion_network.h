// The network that finds lesions and parts them from the chest behind them: a U-Net (models/unet.h) with two outputs.
#pragma once

#include "models/networks/weight_files.h"

namespace scrim {

/// What a film's findings do to it.
struct Lesions {
  Variable layer;   ///< [N,H,W,1], -1 to 1: the film minus the same film without findings
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
