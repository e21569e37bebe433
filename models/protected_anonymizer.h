// PriCheXySeg-Net's anonymizer: the flow field warps the film, but a soft mask of lungs and heart keeps those
// pixels as they are.
//   blend   y = mask * x + (1 - mask) * warp(x): pixels with a mask of 1 keep their bits
//   field   the flow is scaled by (1 - mask) before it is smoothed: the warp fades out instead, and the
//           smoothing lets a little of it into the mask's border
#pragma once

#include "models/flow_anonymizer.h"

namespace scrim {

enum class Protection { blend, field };

struct ProtectedAnonymizerOptions {
  std::int64_t init_features = 32;
  WarpOptions warp{};
  Protection protection = Protection::blend;
};

/// mask[N,H,W,1] in [0,1] with a soft rim of about `width` pixels outside it; what was 1 stays 1. Width 0
/// changes nothing.
Variable feathered(const Variable& mask, double width);

/// The flow field [N,h,w,2] scaled by 1 - mask[N,H,W,1].
Variable field_outside(const Variable& field, const Variable& mask);
/// mask * x + (1 - mask) * y.
Variable blended(const Variable& x, const Variable& y, const Variable& mask);

/// x[N,H,W,1] warped by the flow field [N,h,w,2], but for mask[N,H,W,1] (1 = protected).
Variable protected_warp(const Variable& x, const Variable& field, const Variable& mask,
                        const WarpOptions& options, Protection protection);

class ProtectedAnonymizer : public Module {
 public:
  ProtectedAnonymizer(const ProtectedAnonymizerOptions& options, const Initialiser& initialiser);

  /// x and mask [N,H,W,1] in [0,1], sides divisible by 16.
  Variable operator()(const Variable& x, const Variable& mask);

  UNet generator;
  ProtectedAnonymizerOptions options;
};

}  // namespace scrim
