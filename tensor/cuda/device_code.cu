#include "tensor/cuda/device_code.h"

namespace scrim::cuda {
namespace {

__global__ void nothing() {}

}  // namespace

cudaError_t find_device_code() {
  cudaFuncAttributes attributes;
  const cudaError_t status = cudaFuncGetAttributes(&attributes, nothing);
  cudaGetLastError();
  return status;
}

}  // namespace scrim::cuda
