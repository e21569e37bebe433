// PriCheXy-Net's anonymizer: a U-Net looks at a radiograph and draws the flow field that warps it.
#pragma once

#include "models/unet.h"
#include "models/warp.h"

namespace scrim {

struct FlowAnonymizerOptions {
  std::int64_t init_features = 32;
  WarpOptions warp{};
};

class FlowAnonymizer : public Module {
 public:
  FlowAnonymizer(const FlowAnonymizerOptions& options, const Initialiser& initialiser);

  /// x[N,H,W,1] in [0,1], sides divisible by 16; the field [N,H,W,2] in (-1,1).
  Variable field(const Variable& x) { return generator(x); }
  /// The anonymised x, of the same shape.
  Variable operator()(const Variable& x) { return warp(x, field(x), warp_options); }

  UNet generator;
  WarpOptions warp_options;
};

}  // namespace scrim
