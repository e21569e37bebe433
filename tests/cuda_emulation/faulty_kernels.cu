#include "tests/cuda_emulation/faulty_kernels.h"

namespace scrim::test {
namespace {

__global__ void add_one_kernel(const float* from, float* to, int count) {
  const int i = int(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < count) to[i] = from[i] + 1;
}

__global__ void sum_kernel(float* out, bool with_barrier) {
  __shared__ float shared[256];
  shared[threadIdx.x] = float(threadIdx.x);
  if (with_barrier) __syncthreads();
  if (threadIdx.x != 0) return;
  float sum = 0;
  for (int i = 0; i < 256; ++i) {
    sum += shared[i];
    shared[i] = 0;
  }
  *out = sum;
}

__global__ void half_a_barrier_kernel() {
  if (threadIdx.x == 0) __syncthreads();
}

__global__ void nothing_kernel() {}

cudaLaunchConfig_t config_of(cudaStream_t stream, unsigned blocks, unsigned threads) {
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(blocks);
  config.blockDim = dim3(threads);
  config.stream = stream;
  return config;
}

}  // namespace

void add_one(cudaStream_t stream, const float* from, float* to, int count) {
  const auto config = config_of(stream, 4, 256);
  cudaLaunchKernelEx(&config, add_one_kernel, from, to, count);
}

void sum_of_block(cudaStream_t stream, float* out, bool with_barrier) {
  const auto config = config_of(stream, 1, 256);
  cudaLaunchKernelEx(&config, sum_kernel, out, with_barrier);
}

void miss_a_barrier(cudaStream_t stream) {
  const auto config = config_of(stream, 1, 256);
  cudaLaunchKernelEx(&config, half_a_barrier_kernel);
}

cudaError_t launch_nothing(cudaStream_t stream, unsigned blocks, unsigned threads) {
  const auto config = config_of(stream, blocks, threads);
  return cudaLaunchKernelEx(&config, nothing_kernel);
}

}  // namespace scrim::test
