// The two ways in which a kernel runs here: over elements, each by itself, and over blocks of threads that share a
// sum. What is computed is a small struct with operator(), copied to the device.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>

#include "tensor/cuda/check.h"
#include "tensor/cuda/runtime.h"

namespace scrim::cuda {

inline constexpr int threads_per_block = 256;

template <class Body>
__global__ void __launch_bounds__(threads_per_block) element_kernel(std::int64_t count, Body body) {
  const std::int64_t step = std::int64_t(gridDim.x) * blockDim.x;
  for (std::int64_t i = std::int64_t(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += step) body(i);
}

template <class Body>
__global__ void __launch_bounds__(threads_per_block) block_kernel(Body body) {
  body(std::int64_t(blockIdx.x));
}

inline cudaLaunchConfig_t launch_config(const Runtime& runtime, std::int64_t blocks) {
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(unsigned(blocks));
  config.blockDim = dim3(threads_per_block);
  config.stream = runtime.stream();
  return config;
}

/// Calls body(i) for every i in [0, count), in any order.
template <class Body>
void for_each_element(Device device, std::int64_t count, const Body& body) {
  if (count == 0) return;
  const Runtime& runtime = Runtime::of(device);
  const std::int64_t needed = (count + threads_per_block - 1) / threads_per_block;
  const std::int64_t most = std::int64_t(runtime.properties().multiProcessorCount) * 32;
  const cudaLaunchConfig_t config = launch_config(runtime, std::min(needed, most));
  SCRIM_CUDA_CHECK(cudaLaunchKernelEx(&config, element_kernel<Body>, count, body));
}

/// Calls body(block) with every block in [0, blocks) on threads_per_block threads at once; they may meet in
/// joined_over_block().
template <class Body>
void for_each_block(Device device, std::int64_t blocks, const Body& body) {
  if (blocks == 0) return;
  const cudaLaunchConfig_t config = launch_config(Runtime::of(device), blocks);
  SCRIM_CUDA_CHECK(cudaLaunchKernelEx(&config, block_kernel<Body>, body));
}

/// `value` of all threads of the block joined by `join`, in a fixed order, on every thread. All threads call it.
template <class T, class Join>
__device__ T joined_over_block(T value, Join join) {
  __shared__ T shared[threads_per_block];
  shared[threadIdx.x] = value;
  __syncthreads();
  for (int half = threads_per_block / 2; half > 0; half /= 2) {
    if (int(threadIdx.x) < half) shared[threadIdx.x] = join(shared[threadIdx.x], shared[threadIdx.x + half]);
    __syncthreads();
  }
  const T result = shared[0];
  __syncthreads();  // the next call writes where this one is still read
  return result;
}

template <class T>
__device__ T sum_over_block(T value) {
  return joined_over_block(value, [](T a, T b) { return a + b; });
}

}  // namespace scrim::cuda
