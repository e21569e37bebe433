// relu with its gradient; the formula is in kernels/relu/relu.h.
#pragma once

#include "autograd/variable.h"

namespace scrim {

Variable relu(const Variable& x);

}  // namespace scrim
