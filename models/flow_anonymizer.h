// The network of PriCheXy-Net and PriCheXySeg-Net: a U-Net looks at a film and draws the flow field that warps it;
// PriCheXySeg-Net keeps the organs of a mask out of the warp (models/organ_protection.h).
#pragma once

#include "models/organ_protection.h"
#include "models/unet.h"
#include "models/warp.h"

namespace scrim {

struct FlowAnonymizerOptions {
  std::int64_t init_features = 32;
  WarpOptions warp{};
  Protection protection = Protection::none;
};

class FlowAnonymizer : public Callable<FlowAnonymizer> {
 public:
  FlowAnonymizer(const FlowAnonymizerOptions& options, const Place& place);

  /// x[N,H,W,1] in [0,1], sides divisible by 16; the field [N,H,W,2] in (-1,1).
  Variable field(const Variable& x) { return generator(x); }

  struct Warped {
    Variable film;  ///< of the film's shape
    Variable
        displacement;  ///< where its pixels come from, relative to their places: [N,h,w,2], -1 to 1 over the film
  };
  /// film[N,H,W,1] warped by a field [N,h,w,2]. mask[N,H,W,1] in [0,1], 1 = kept; looked at with a protection.
  Warped warped(const Variable& film, const Variable& field, const Variable& mask) const;

  /// The released x, of the same shape.
  Variable forward(const Variable& x, const Variable& mask = {}) { return warped(x, field(x), mask).film; }

  UNet generator;
  FlowAnonymizerOptions options;
};

}  // namespace scrim
