// Which GPUs this program's kernels were compiled for.
#pragma once

#include <cuda_runtime.h>

namespace scrim::cuda {

/// Loads a kernel on the current device: cudaSuccess where this program holds code for it.
cudaError_t find_device_code();

}  // namespace scrim::cuda
