#include "kernels/cuda/cudnn.h"

#include <climits>
#include <map>
#include <mutex>

namespace scrim::cuda {

void check(cudnnStatus_t status, const char* call) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  char explanation[512] = "";
  cudnnGetLastErrorString(explanation, sizeof explanation);
  fail("cudnn", "{}: {}{}{}", call, cudnnGetErrorString(status), explanation[0] ? ": " : "", explanation);
}

bool is_supported(cudnnStatus_t status) {
  if (int(status) / 1000 == int(CUDNN_STATUS_NOT_SUPPORTED) / 1000) return false;
  check(status, "a convolution");
  return true;
}

cudnnHandle_t cudnn_handle(Device device) {
  static std::mutex mutex;
  static auto& handles = *new std::map<int, cudnnHandle_t>;  // never destroyed, as the Runtime
  const Runtime& runtime = Runtime::of(device);
  const std::lock_guard lock(mutex);
  cudnnHandle_t& handle = handles[device.index];
  if (!handle) {
    SCRIM_CUDNN_CHECK(cudnnCreate(&handle));
    SCRIM_CUDNN_CHECK(cudnnSetStream(handle, runtime.stream()));
  }
  return handle;
}

cudnnDataType_t cudnn_type(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return CUDNN_DATA_FLOAT;
    case DType::f64:
      return CUDNN_DATA_DOUBLE;
    case DType::f16:
      return CUDNN_DATA_HALF;
    case DType::bf16:
      return CUDNN_DATA_BFLOAT16;
    default:
      fail("cudnn", "takes floating-point types, {} came", name_of(dtype));
  }
}

int cudnn_int(std::int64_t value) {
  require(value >= 0 && value <= INT_MAX, "cudnn", "the size {} is beyond what cuDNN can take", value);
  return int(value);
}

TensorDescriptor image_descriptor(const Shape& s, cudnnDataType_t type) {
  TensorDescriptor descriptor;
  SCRIM_CUDNN_CHECK(cudnnSetTensor4dDescriptor(descriptor, CUDNN_TENSOR_NHWC, type, cudnn_int(s[0]),
                                               cudnn_int(s[3]), cudnn_int(s[1]), cudnn_int(s[2])));
  return descriptor;
}

}  // namespace scrim::cuda
