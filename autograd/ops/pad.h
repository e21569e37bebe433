// pad2d with its gradient; modes in kernels/pad/pad.h.
#pragma once

#include "autograd/variable.h"
#include "kernels/pad/pad.h"

namespace scrim {

Variable pad2d(const Variable& x, const kernels::Border& border, kernels::PadMode mode);

}  // namespace scrim
