// Who serves each op on this machine.
#pragma once

#include <vector>

#include "kernels/dispatch.h"

namespace scrim::kernels {

/// One line of a listing: the op, and "reference" or the instruction-set level of its cpu kernel; "cuda" where this build has
/// a kernel for a GPU.
struct KernelChoice {
  std::string_view op, on_processor, on_gpu;
};

std::vector<KernelChoice> kernel_choices();

}  // namespace scrim::kernels
