// cuDNN in this project's terms: checked calls, one handle a device, descriptors that free themselves. Tensors are NHWC;
// sizes are given in cuDNN's order, N C H W, as its descriptors want them whatever the memory order.
#pragma once

#include <cudnn.h>

#include <utility>

#include "tensor/cuda/runtime.h"
#include "tensor/tensor.h"

namespace scrim::cuda {

/// Throws Error with the call, the status and cuDNN's own explanation.
void check(cudnnStatus_t status, const char* call);

/// Whether a call was served; false when cuDNN says that it does not support it. Throws Error on other failures.
bool is_supported(cudnnStatus_t status);

/// Works in the order of the device's stream.
cudnnHandle_t cudnn_handle(Device device);

template <class Handle, cudnnStatus_t (*create)(Handle*), cudnnStatus_t (*destroy)(Handle)>
class CudnnDescriptor {
 public:
  CudnnDescriptor() { check(create(&handle_), "cudnnCreate...Descriptor"); }
  ~CudnnDescriptor() {
    if (handle_) destroy(handle_);
  }
  CudnnDescriptor(CudnnDescriptor&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  CudnnDescriptor& operator=(CudnnDescriptor&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  operator Handle() const { return handle_; }

 private:
  Handle handle_ = nullptr;
};

using TensorDescriptor =
    CudnnDescriptor<cudnnTensorDescriptor_t, cudnnCreateTensorDescriptor, cudnnDestroyTensorDescriptor>;
using FilterDescriptor =
    CudnnDescriptor<cudnnFilterDescriptor_t, cudnnCreateFilterDescriptor, cudnnDestroyFilterDescriptor>;
using ConvolutionDescriptor = CudnnDescriptor<cudnnConvolutionDescriptor_t, cudnnCreateConvolutionDescriptor,
                                              cudnnDestroyConvolutionDescriptor>;
using ActivationDescriptor = CudnnDescriptor<cudnnActivationDescriptor_t, cudnnCreateActivationDescriptor,
                                             cudnnDestroyActivationDescriptor>;
using PoolingDescriptor =
    CudnnDescriptor<cudnnPoolingDescriptor_t, cudnnCreatePoolingDescriptor, cudnnDestroyPoolingDescriptor>;

cudnnDataType_t cudnn_type(DType dtype);
/// An image tensor [N,H,W,C].
TensorDescriptor image_descriptor(const Shape& shape, cudnnDataType_t type);
/// An int for cuDNN. Throws Error when it does not fit.
int cudnn_int(std::int64_t value);

/// 1 and 0 in the type in which cuDNN scales results of `dtype`: f64 for f64, else f32.
struct Scales {
  float one32 = 1, zero32 = 0;
  double one64 = 1, zero64 = 0;
  bool wide;
  explicit Scales(DType dtype) : wide(dtype == DType::f64) {}
  const void* one() const { return wide ? static_cast<const void*>(&one64) : &one32; }
  const void* zero() const { return wide ? static_cast<const void*>(&zero64) : &zero32; }
};

}  // namespace scrim::cuda

#define SCRIM_CUDNN_CHECK(call) ::scrim::cuda::check((call), #call)
