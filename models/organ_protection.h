// How a film is kept as it is where a soft mask of lungs and heart lies. PriCheXySeg-Net keeps organs in one of two ways:
//   blend   y = mask * x + (1 - mask) * warp(x): pixels with a mask of 1 keep their bits
//   field   the flow is scaled by (1 - mask) before it is smoothed: the warp fades out, and the smoothing lets a little of
//           it into the mask's border
#pragma once

#include <string>

#include "autograd/variable.h"

namespace scrim {

enum class Protection { none, blend, field };

/// From a configuration: "none", "blend" or "field". Throws UsageError for another text.
Protection protection_named(const std::string& name);

/// mask[N,H,W,1] in [0,1] with a soft rim of about `width` pixels outside it; what was 1 stays 1. Width 0 changes nothing.
Variable feathered(const Variable& mask, double width);

/// The flow field [N,h,w,2] scaled by 1 - mask[N,H,W,1].
Variable field_outside(const Variable& field, const Variable& mask);

/// mask * x + (1 - mask) * y.
Variable blended(const Variable& x, const Variable& y, const Variable& mask);

}  // namespace scrim
