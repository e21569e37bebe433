// Who serves each op on this machine.
#pragma once

#include <vector>

#include "kernels/dispatch.h"

namespace scrim::kernels {

/// One line of a listing: the op, and "reference" or the instruction-set level of its cpu kernel.
struct KernelChoice {
  std::string_view op;
  std::string_view cell;
};

std::vector<KernelChoice> kernel_choices();

}  // namespace scrim::kernels
