// cuDNN's handles and descriptors.
#include <cstring>

#include "tests/cuda_emulation/cudnn_objects.h"

using namespace cuda_emulation;

std::string cuda_emulation::last_error;
std::set<const void*> cuda_emulation::living;

namespace {

template <class T>
cudnnStatus_t create(T** handle) {
  if (!handle) return bad("a null pointer came for a new descriptor");
  *handle = new T;
  living.insert(*handle);
  return CUDNN_STATUS_SUCCESS;
}
template <class T>
cudnnStatus_t destroy(T* handle) {
  if (living.erase(handle) == 0) return bad("a descriptor that does not live was destroyed");
  delete handle;
  return CUDNN_STATUS_SUCCESS;
}

}  // namespace

const char* cudnnGetErrorString(cudnnStatus_t status) {
  switch (status) {
    case CUDNN_STATUS_SUCCESS:
      return "CUDNN_STATUS_SUCCESS";
    case CUDNN_STATUS_BAD_PARAM:
      return "CUDNN_STATUS_BAD_PARAM";
    case CUDNN_STATUS_NOT_SUPPORTED:
      return "CUDNN_STATUS_NOT_SUPPORTED";
    case CUDNN_STATUS_EXECUTION_FAILED:
      return "CUDNN_STATUS_EXECUTION_FAILED";
  }
  return "?";
}
void cudnnGetLastErrorString(char* text, std::size_t size) {
  std::strncpy(text, last_error.c_str(), size - 1);
  text[size - 1] = 0;
}

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
  return create(handle);
}
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
  return destroy(handle);
}
cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
  REFUSE_UNLESS(living.contains(handle) && is_stream(stream), CUDNN_STATUS_BAD_PARAM,
                "no handle or no stream");
  handle->stream = stream;
  return CUDNN_STATUS_SUCCESS;
}

#define DESCRIPTOR(Name)                                                      \
  cudnnStatus_t cudnnCreate##Name##Descriptor(cudnn##Name##Descriptor_t* d) { \
    return create(d);                                                         \
  }                                                                           \
  cudnnStatus_t cudnnDestroy##Name##Descriptor(cudnn##Name##Descriptor_t d) { \
    return destroy(d);                                                        \
  }
DESCRIPTOR(Tensor)
DESCRIPTOR(Filter)
DESCRIPTOR(Convolution)
DESCRIPTOR(Activation)
DESCRIPTOR(Pooling)
#undef DESCRIPTOR

cudnnStatus_t cudnnSetTensor4dDescriptor(cudnnTensorDescriptor_t d, cudnnTensorFormat_t format,
                                         cudnnDataType_t type, int n, int c, int h, int w) {
  REFUSE_UNLESS(living.contains(d) && n > 0 && c > 0 && h > 0 && w > 0, CUDNN_STATUS_BAD_PARAM,
                "a tensor's sizes must be above 0");
  REFUSE_UNLESS(double(n) * c * h * w < 2147483648.0, CUDNN_STATUS_NOT_SUPPORTED,
                "a tensor exceeds 2 giga-elements");
  *d = {true, format, type, n, c, h, w};
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetFilter4dDescriptor(cudnnFilterDescriptor_t d, cudnnDataType_t type,
                                         cudnnTensorFormat_t format, int k, int c, int h, int w) {
  REFUSE_UNLESS(living.contains(d) && k > 0 && c > 0 && h > 0 && w > 0, CUDNN_STATUS_BAD_PARAM,
                "a filter's sizes must be above 0");
  *d = {true, format, type, k, c, h, w};
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetConvolution2dDescriptor(cudnnConvolutionDescriptor_t d, int pad_h, int pad_w, int u,
                                              int v, int dilation_h, int dilation_w,
                                              cudnnConvolutionMode_t mode, cudnnDataType_t compute) {
  REFUSE_UNLESS(
      living.contains(d) && pad_h >= 0 && pad_w >= 0 && u > 0 && v > 0 && dilation_h > 0 && dilation_w > 0,
      CUDNN_STATUS_BAD_PARAM, "padding, stride or dilation is out of range");
  REFUSE_UNLESS(mode == CUDNN_CROSS_CORRELATION, CUDNN_STATUS_NOT_SUPPORTED,
                "only cross-correlation is emulated");
  *d = {true, pad_h, pad_w, u, v, dilation_h, dilation_w, 1, compute};
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetConvolutionGroupCount(cudnnConvolutionDescriptor_t d, int groups) {
  REFUSE_UNLESS(all_set(d) && groups > 0, CUDNN_STATUS_BAD_PARAM, "groups must be above 0");
  d->groups = groups;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t d, cudnnMathType_t math) {
  REFUSE_UNLESS(all_set(d), CUDNN_STATUS_BAD_PARAM, "the descriptor is not set");
  d->math = math;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetActivationDescriptor(cudnnActivationDescriptor_t d, cudnnActivationMode_t mode,
                                           cudnnNanPropagation_t nan, double) {
  REFUSE_UNLESS(living.contains(d), CUDNN_STATUS_BAD_PARAM, "the descriptor is not there");
  *d = {true, mode, nan == CUDNN_PROPAGATE_NAN};
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetPooling2dDescriptor(cudnnPoolingDescriptor_t d, cudnnPoolingMode_t mode,
                                          cudnnNanPropagation_t, int window_h, int window_w, int pad_h,
                                          int pad_w, int stride_h, int stride_w) {
  REFUSE_UNLESS(living.contains(d) && window_h > 0 && window_w > 0 && pad_h >= 0 && pad_w >= 0 &&
                    stride_h > 0 && stride_w > 0,
                CUDNN_STATUS_BAD_PARAM, "a window's sizes are out of range");
  *d = {true, mode, window_h, window_w, pad_h, pad_w, stride_h, stride_w};
  return CUDNN_STATUS_SUCCESS;
}
