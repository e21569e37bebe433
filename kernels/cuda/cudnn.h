// cuDNN in this project's terms: checked calls, one handle a device, descriptors that free themselves. Tensors are NHWC;
// sizes are given in cuDNN's order, N C H W, as its descriptors want them whatever the memory order.
#pragma once

#include <cudnn.h>

#include <algorithm>
#include <limits>
#include <type_traits>
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
  Handle handle() const { return handle_; }

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

/// Of one tensor of images, as cuDNN takes it. Fewer in tests.
inline std::int64_t most_elements = std::numeric_limits<std::int32_t>::max();

/// Whether cuDNN takes all images of x and y, [N,H,W,C], at once.
inline bool is_one_part(const Shape& x, const Shape& y) {
  return std::max(x.numel(), y.numel()) <= most_elements;
}

template <class AnyView>
std::size_t bytes_of_image(const AnyView& x) {
  return std::size_t(x.shape.numel() / x.shape[0]) * size_of(x.dtype);
}

/// Images begin to end of x[N,H,W,C].
template <class AnyView>
AnyView images_of(const AnyView& x, std::int64_t begin, std::int64_t end) {
  AnyView part = x;
  part.shape[0] = end - begin;
  part.data = static_cast<std::conditional_t<std::is_same_v<AnyView, View>, char*, const char*>>(x.data) +
              std::size_t(begin) * bytes_of_image(x);
  return part;
}

/// work(some images of x, the same of y, whether they are the first) until all are done, or until it returns false. False then,
/// and where a single image is too large. Parts begin at multiples of 16 bytes, as cuDNN wants its tensors.
template <class X, class Y, class Work>
bool in_parts(const X& x, const Y& y, Work&& work) {
  const std::int64_t images = x.shape[0];
  std::int64_t most = most_elements / (std::max(x.shape.numel(), y.shape.numel()) / images);
  if (most < images && (bytes_of_image(x) % 16 != 0 || bytes_of_image(y) % 16 != 0)) most = most / 16 * 16;
  if (most == 0) return false;
  for (std::int64_t begin = 0; begin < images; begin += most) {
    const std::int64_t end = std::min(images, begin + most);
    if (!work(images_of(x, begin, end), images_of(y, begin, end), begin == 0)) return false;
  }
  return true;
}

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
