// What the stand-ins of cuDNN share: what its handles and descriptors hold, refusals with their reason, and tensors of 16 bits
// as floats.
#pragma once

#include <cudnn.h>

#include <initializer_list>
#include <set>
#include <string>
#include <vector>

#include "kernels/conv2d/conv2d.h"
#include "tensor/half.h"
#include "tests/cuda_emulation/library_call.h"

namespace cuda_emulation {

using scrim::ConstView;
using scrim::DType;
using scrim::Shape;
using scrim::View;
namespace kernels = scrim::kernels;

inline std::size_t size_of(cudnnDataType_t type) {
  return type == CUDNN_DATA_DOUBLE ? 8 : type == CUDNN_DATA_FLOAT ? 4 : 2;
}

/// Elements of a 16- or 32-bit type as f32.
inline std::vector<float> read_floats(const void* data, std::size_t count, cudnnDataType_t type) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = type == CUDNN_DATA_FLOAT  ? static_cast<const float*>(data)[i]
                : type == CUDNN_DATA_HALF ? static_cast<const scrim::Float16*>(data)[i]
                                          : static_cast<const scrim::BFloat16*>(data)[i];
  return values;
}

}  // namespace cuda_emulation

struct EmulatedCudnn {
  cudaStream_t stream = nullptr;
};
struct EmulatedTensor {
  bool is_set = false;
  cudnnTensorFormat_t format;
  cudnnDataType_t type;
  int n, c, h, w;
  std::size_t count() const { return std::size_t(n) * std::size_t(c) * std::size_t(h) * std::size_t(w); }
  std::size_t bytes() const { return count() * cuda_emulation::size_of(type); }
  scrim::Shape shape() const { return {n, h, w, c}; }  // of NHWC memory
  scrim::DType dtype() const { return type == CUDNN_DATA_FLOAT ? scrim::DType::f32 : scrim::DType::f64; }
  bool same(const EmulatedTensor& o) const {
    return format == o.format && type == o.type && n == o.n && c == o.c && h == o.h && w == o.w;
  }
};
struct EmulatedFilter {
  bool is_set = false;
  cudnnTensorFormat_t format;
  cudnnDataType_t type;
  int k, c, h, w;
  std::size_t count() const { return std::size_t(k) * std::size_t(c) * std::size_t(h) * std::size_t(w); }
  std::size_t bytes() const { return count() * cuda_emulation::size_of(type); }
  scrim::Shape shape() const { return {k, c, h, w}; }
};
struct EmulatedConvolution {
  bool is_set = false;
  int pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w, groups = 1;
  cudnnDataType_t compute;
  cudnnMathType_t math = CUDNN_DEFAULT_MATH;
  scrim::kernels::Conv2dOptions options() const {
    return {{stride_h, stride_w}, {pad_h, pad_w}, {dilation_h, dilation_w}, groups};
  }
};
struct EmulatedActivation {
  bool is_set = false;
  cudnnActivationMode_t mode;
  bool propagates_nan;
};
struct EmulatedPooling {
  bool is_set = false;
  cudnnPoolingMode_t mode;
  int kernel_h, kernel_w, pad_h, pad_w, stride_h, stride_w;
};

namespace cuda_emulation {

extern std::string last_error;        ///< why the last call was refused
extern std::set<const void*> living;  ///< handles and descriptors

inline cudnnStatus_t refuse(cudnnStatus_t status, const std::string& why) {
  last_error = why;
  return status;
}
inline cudnnStatus_t bad(const std::string& why) {
  return refuse(CUDNN_STATUS_BAD_PARAM, why);
}

template <class... Descriptors>
bool all_set(const Descriptors*... descriptors) {
  return ((living.contains(descriptors) && descriptors->is_set) && ...);
}

#define REFUSE_UNLESS(condition, status, why) \
  if (!(condition)) return refuse(status, why)

inline cudnnStatus_t check_pointers(std::initializer_list<const void*> pointers) {
  for (const void* pointer : pointers) {
    REFUSE_UNLESS(pointer, CUDNN_STATUS_BAD_PARAM, "a data pointer is null");
    REFUSE_UNLESS(is_aligned(pointer, 16), CUDNN_STATUS_BAD_PARAM,
                  "a data pointer is not aligned to 16 bytes");
  }
  return CUDNN_STATUS_SUCCESS;
}

#define RETURN_IF_REFUSED(check) \
  if (const cudnnStatus_t status = (check); status != CUDNN_STATUS_SUCCESS) return status

inline View view(void* data, const EmulatedTensor& t) {
  return {data, t.shape(), t.dtype()};
}
inline ConstView view(const void* data, const EmulatedTensor& t) {
  return {data, t.shape(), t.dtype()};
}

/// out = alpha * computed + beta * out, rounded to `type`
inline void blend(void* out, const std::vector<float>& computed, double alpha, double beta,
                  cudnnDataType_t type) {
  const auto before =
      beta == 0 ? std::vector<float>(computed.size()) : read_floats(out, computed.size(), type);
  for (std::size_t i = 0; i < computed.size(); ++i) {
    const float value = float(alpha * computed[i] + beta * before[i]);
    if (type == CUDNN_DATA_FLOAT)
      static_cast<float*>(out)[i] = value;
    else if (type == CUDNN_DATA_HALF)
      static_cast<scrim::Float16*>(out)[i] = value;
    else
      static_cast<scrim::BFloat16*>(out)[i] = value;
  }
}

}  // namespace cuda_emulation
