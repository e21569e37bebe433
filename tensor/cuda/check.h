// Every CUDA call goes through here: a status that is no success becomes an Error with the call in it.
#pragma once

#include <cuda_runtime.h>

namespace scrim::cuda {

/// Throws Error: "[cuda] cudaMallocAsync(&data, bytes, stream): out of memory (cudaErrorMemoryAllocation)".
void check(cudaError_t status, const char* call);

}  // namespace scrim::cuda

/// Evaluates the call once.
#define SCRIM_CUDA_CHECK(call) ::scrim::cuda::check((call), #call)
