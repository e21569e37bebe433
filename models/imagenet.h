// What networks that were first trained on ImageNet expect of a film.
#pragma once

#include "autograd/variable.h"

namespace scrim {

/// x[N,H,W,1] in [0,1] as three equal channels [N,H,W,3], minus the mean, over the deviation of ImageNet's
/// colors.
Variable imagenet_normalized(const Variable& x);

}  // namespace scrim
