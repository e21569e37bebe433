// Kernels for the tests of the emulation, right and wrong ones.
#pragma once

#include <cuda_runtime.h>

namespace scrim::test {

/// to[i] = from[i] + 1 for i below count.
void add_one(cudaStream_t stream, const float* from, float* to, int count);
/// *out = 0 + 1 + ... + 255, over the shared memory of one block.
void sum_of_block(cudaStream_t stream, float* out, bool with_barrier);
/// Thread 0 waits for the others, which do not come.
void miss_a_barrier(cudaStream_t stream);
cudaError_t launch_nothing(cudaStream_t stream, unsigned blocks, unsigned threads);

}  // namespace scrim::test
