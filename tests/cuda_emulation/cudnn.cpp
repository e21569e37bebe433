#include <cudnn.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "kernels/conv2d/conv2d.h"
#include "kernels/pool/pool.h"
#include "kernels/softmax/softmax.h"
#include "tests/cuda_emulation/half_bits.h"
#include "tests/cuda_emulation/library_call.h"

using namespace cuda_emulation;
using scrim::ConstView;
using scrim::DType;
using scrim::Shape;
using scrim::View;
namespace kernels = scrim::kernels;

namespace {

std::size_t size_of(cudnnDataType_t type) {
  return type == CUDNN_DATA_DOUBLE ? 8 : type == CUDNN_DATA_FLOAT ? 4 : 2;
}

/// Elements of a 16- or 32-bit type as f32.
std::vector<float> read_floats(const void* data, std::size_t count, cudnnDataType_t type) {
  std::vector<float> values(count);
  const auto* bits = static_cast<const std::uint16_t*>(data);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = type == CUDNN_DATA_FLOAT  ? static_cast<const float*>(data)[i]
                : type == CUDNN_DATA_HALF ? f16_value(bits[i])
                                          : bf16_value(bits[i]);
  return values;
}

}  // namespace

struct EmulatedCudnn {
  cudaStream_t stream = nullptr;
};
struct EmulatedTensor {
  bool is_set = false;
  cudnnTensorFormat_t format;
  cudnnDataType_t type;
  int n, c, h, w;
  std::size_t count() const { return std::size_t(n) * std::size_t(c) * std::size_t(h) * std::size_t(w); }
  std::size_t bytes() const { return count() * size_of(type); }
  Shape shape() const { return {n, h, w, c}; }  // of NHWC memory
  DType dtype() const { return type == CUDNN_DATA_FLOAT ? DType::f32 : DType::f64; }
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
  std::size_t bytes() const { return count() * size_of(type); }
  Shape shape() const { return {k, c, h, w}; }
};
struct EmulatedConvolution {
  bool is_set = false;
  int pad_h, pad_w, stride_h, stride_w, dilation_h, dilation_w, groups = 1;
  cudnnDataType_t compute;
  cudnnMathType_t math = CUDNN_DEFAULT_MATH;
  kernels::Conv2dOptions options() const {
    return {{stride_h, stride_w}, {pad_h, pad_w}, {dilation_h, dilation_w}, groups};
  }
};
struct EmulatedActivation {
  bool is_set = false;
  cudnnActivationMode_t mode;
};
struct EmulatedPooling {
  bool is_set = false;
  cudnnPoolingMode_t mode;
  int kernel_h, kernel_w, pad_h, pad_w, stride_h, stride_w;
};

namespace {

std::string last_error;
bool refuses_convolutions = false, refuses_fusion = false;
std::set<const void*> living;  // handles and descriptors

cudnnStatus_t refuse(cudnnStatus_t status, const std::string& why) {
  last_error = why;
  return status;
}
cudnnStatus_t bad(const std::string& why) {
  return refuse(CUDNN_STATUS_BAD_PARAM, why);
}

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
template <class... Descriptors>
bool all_set(const Descriptors*... descriptors) {
  return ((living.contains(descriptors) && descriptors->is_set) && ...);
}

#define REFUSE_UNLESS(condition, status, why) \
  if (!(condition)) return refuse(status, why)

/// O, Kh, Kw, I to O, I, Kh, Kw, or back.
std::vector<float> turned(const float* from, const Shape& w, bool to_packed) {
  std::vector<float> to(std::size_t(w.numel()));
  std::size_t packed = 0;
  for (std::int64_t o = 0; o < w[0]; ++o)
    for (std::int64_t h = 0; h < w[2]; ++h)
      for (std::int64_t v = 0; v < w[3]; ++v)
        for (std::int64_t i = 0; i < w[1]; ++i, ++packed) {
          const auto plain = std::size_t(((o * w[1] + i) * w[2] + h) * w[3] + v);
          to_packed ? to[packed] = from[plain] : to[plain] = from[packed];
        }
  return to;
}

/// The rules that all convolutions share: NHWC activations and filters, f32 in f32, sizes that fit.
cudnnStatus_t check_convolution(const EmulatedTensor* x, const EmulatedFilter* w,
                                const EmulatedConvolution* c, const EmulatedTensor* y) {
  REFUSE_UNLESS(all_set(x, w, c, y), CUDNN_STATUS_BAD_PARAM, "a descriptor is null, not set, or destroyed");
  REFUSE_UNLESS(x->type == w->type && x->type == y->type, CUDNN_STATUS_BAD_PARAM,
                "x, w and y differ in type");
  REFUSE_UNLESS(c->compute == (x->type == CUDNN_DATA_DOUBLE ? CUDNN_DATA_DOUBLE : CUDNN_DATA_FLOAT),
                CUDNN_STATUS_NOT_SUPPORTED, "the convolution computes in another type");
  REFUSE_UNLESS(
      w->format == CUDNN_TENSOR_NHWC && x->format == CUDNN_TENSOR_NHWC && y->format == CUDNN_TENSOR_NHWC,
      CUDNN_STATUS_NOT_SUPPORTED, "an NHWC filter needs NHWC tensors");
  REFUSE_UNLESS(x->type != CUDNN_DATA_DOUBLE, CUDNN_STATUS_NOT_SUPPORTED,
                "NHWC filters of f64 are not supported");
  REFUSE_UNLESS(c->math != CUDNN_FMA_MATH || x->type == CUDNN_DATA_FLOAT, CUDNN_STATUS_NOT_SUPPORTED,
                "half precision needs tensor operations");
  REFUSE_UNLESS(x->c == w->c * c->groups && w->k % c->groups == 0 && y->c == w->k && x->n == y->n,
                CUDNN_STATUS_BAD_PARAM, "channels or groups do not fit");
  const auto out = [](int in, int pad, int kernel, int stride, int dilation) {
    return (in + 2 * pad - (dilation * (kernel - 1) + 1)) / stride + 1;
  };
  REFUSE_UNLESS(y->h == out(x->h, c->pad_h, w->h, c->stride_h, c->dilation_h) &&
                    y->w == out(x->w, c->pad_w, w->w, c->stride_w, c->dilation_w),
                CUDNN_STATUS_BAD_PARAM, "the output's size is not that of the convolution");
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t check_pointers(std::initializer_list<const void*> pointers) {
  for (const void* pointer : pointers) {
    REFUSE_UNLESS(pointer, CUDNN_STATUS_BAD_PARAM, "a data pointer is null");
    REFUSE_UNLESS(is_aligned(pointer, 16), CUDNN_STATUS_BAD_PARAM,
                  "a data pointer is not aligned to 16 bytes");
  }
  return CUDNN_STATUS_SUCCESS;
}

/// What an algorithm of this emulation needs: some bytes, so that a workspace that was forgotten shows.
std::size_t workspace_of(int algorithm, const EmulatedFilter* w) {
  return algorithm == 0 ? 0 : (w->count() * 4 + 255) / 256 * 256;
}

cudnnStatus_t check_workspace(int algorithm, const EmulatedFilter* w, const void* workspace,
                              std::size_t bytes) {
  const std::size_t needed = workspace_of(algorithm, w);
  REFUSE_UNLESS(bytes >= needed && (needed == 0 || workspace), CUDNN_STATUS_BAD_PARAM,
                "the workspace is smaller than the algorithm needs");
  return CUDNN_STATUS_SUCCESS;
}

Range workspace_range(int algorithm, const EmulatedFilter* w, void* workspace) {
  return {workspace, workspace_of(algorithm, w), false, true, "workspace"};
}

#define RETURN_IF_REFUSED(check) \
  if (const cudnnStatus_t status = (check); status != CUDNN_STATUS_SUCCESS) return status

View view(void* data, const EmulatedTensor& t) {
  return {data, t.shape(), t.dtype()};
}
ConstView view(const void* data, const EmulatedTensor& t) {
  return {data, t.shape(), t.dtype()};
}

/// out = alpha * computed + beta * out, rounded to `type`
void blend(void* out, const std::vector<float>& computed, double alpha, double beta, cudnnDataType_t type) {
  const auto before =
      beta == 0 ? std::vector<float>(computed.size()) : read_floats(out, computed.size(), type);
  for (std::size_t i = 0; i < computed.size(); ++i) {
    const float value = float(alpha * computed[i] + beta * before[i]);
    if (type == CUDNN_DATA_FLOAT)
      static_cast<float*>(out)[i] = value;
    else
      static_cast<std::uint16_t*>(out)[i] = type == CUDNN_DATA_HALF ? f16_bits(value) : bf16_bits(value);
  }
}

/// The list of a direction: what is fastest is not deterministic, what needs no workspace is slow, and one
/// does not serve.
template <class Performance, class Algorithm>
void fill_performances(Performance* results, int requested, int* returned, const EmulatedFilter* w,
                       const EmulatedConvolution* c, Algorithm fast, Algorithm slow,
                       bool fast_is_deterministic) {
  const Performance list[] = {
      {fast, CUDNN_STATUS_NOT_SUPPORTED, -1, 0, CUDNN_DETERMINISTIC, c->math},
      {fast, CUDNN_STATUS_SUCCESS, 1, workspace_of(int(fast), w),
       fast_is_deterministic ? CUDNN_DETERMINISTIC : CUDNN_NON_DETERMINISTIC, c->math},
      {slow, CUDNN_STATUS_SUCCESS, 2, workspace_of(int(slow), w), CUDNN_DETERMINISTIC, c->math}};
  *returned = refuses_convolutions ? 1 : std::min(requested, 3);
  std::copy_n(list, *returned, results);
}

}  // namespace

void cuda_emulation::set_cudnn_refuses(bool convolutions, bool fusion) {
  refuses_convolutions = convolutions;
  refuses_fusion = fusion;
}

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
                                           cudnnNanPropagation_t, double) {
  REFUSE_UNLESS(living.contains(d), CUDNN_STATUS_BAD_PARAM, "the descriptor is not there");
  *d = {true, mode};
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

cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(cudnnHandle_t, cudnnTensorDescriptor_t xd,
                                                     cudnnFilterDescriptor_t wd,
                                                     cudnnConvolutionDescriptor_t cd,
                                                     cudnnTensorDescriptor_t yd, int requested, int* returned,
                                                     cudnnConvolutionFwdAlgoPerf_t* results) {
  RETURN_IF_REFUSED(check_convolution(xd, wd, cd, yd));
  fill_performances(results, requested, returned, wd, cd, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM,
                    CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, true);
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithm_v7(
    cudnnHandle_t, cudnnFilterDescriptor_t wd, cudnnTensorDescriptor_t dyd, cudnnConvolutionDescriptor_t cd,
    cudnnTensorDescriptor_t dxd, int requested, int* returned, cudnnConvolutionBwdDataAlgoPerf_t* results) {
  RETURN_IF_REFUSED(check_convolution(dxd, wd, cd, dyd));
  fill_performances(results, requested, returned, wd, cd, CUDNN_CONVOLUTION_BWD_DATA_ALGO_0,
                    CUDNN_CONVOLUTION_BWD_DATA_ALGO_1, false);
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithm_v7(
    cudnnHandle_t, cudnnTensorDescriptor_t xd, cudnnTensorDescriptor_t dyd, cudnnConvolutionDescriptor_t cd,
    cudnnFilterDescriptor_t wd, int requested, int* returned, cudnnConvolutionBwdFilterAlgoPerf_t* results) {
  RETURN_IF_REFUSED(check_convolution(xd, wd, cd, dyd));
  fill_performances(results, requested, returned, wd, cd, CUDNN_CONVOLUTION_BWD_FILTER_ALGO_0,
                    CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1, false);
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnGetConvolutionForwardWorkspaceSize(
    cudnnHandle_t, cudnnTensorDescriptor_t xd, cudnnFilterDescriptor_t wd, cudnnConvolutionDescriptor_t cd,
    cudnnTensorDescriptor_t yd, cudnnConvolutionFwdAlgo_t algorithm, std::size_t* bytes) {
  RETURN_IF_REFUSED(check_convolution(xd, wd, cd, yd));
  REFUSE_UNLESS(algorithm <= CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, CUDNN_STATUS_NOT_SUPPORTED,
                "NHWC filters are served by the implicit products alone");
  *bytes = workspace_of(int(algorithm), wd);
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t handle, const void* alpha, cudnnTensorDescriptor_t xd,
                                      const void* x, cudnnFilterDescriptor_t wd, const void* w,
                                      cudnnConvolutionDescriptor_t cd, cudnnConvolutionFwdAlgo_t algorithm,
                                      void* workspace, std::size_t workspace_bytes, const void* beta,
                                      cudnnTensorDescriptor_t yd, void* y) {
  REFUSE_UNLESS(living.contains(handle) && alpha && beta, CUDNN_STATUS_BAD_PARAM,
                "the handle or a factor is null");
  RETURN_IF_REFUSED(check_convolution(xd, wd, cd, yd));
  RETURN_IF_REFUSED(check_pointers({x, w, y}));
  REFUSE_UNLESS(algorithm <= CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, CUDNN_STATUS_NOT_SUPPORTED,
                "NHWC filters are served by the implicit products alone");
  RETURN_IF_REFUSED(check_workspace(int(algorithm), wd, workspace, workspace_bytes));
  const float a = *static_cast<const float*>(alpha), b = *static_cast<const float*>(beta);
  enqueue_checked(handle->stream, "cudnnConvolutionForward",
                  {{x, xd->bytes(), true, false, "x"},
                   {w, wd->bytes(), true, false, "w"},
                   {y, yd->bytes(), b != 0, true, "y"},
                   workspace_range(int(algorithm), wd, workspace)},
                  [=, xd = *xd, wd = *wd, yd = *yd, o = cd->options()] {
                    const auto plain = turned(read_floats(w, wd.count(), wd.type).data(), wd.shape(), false);
                    std::vector<float> out(yd.count());
                    kernels::conv2d_forward({read_floats(x, xd.count(), xd.type).data(), xd.shape()},
                                            {plain.data(), wd.shape()}, {}, {out.data(), yd.shape()}, o);
                    blend(y, out, a, b, yd.type);
                  });
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnConvolutionBiasActivationForward(
    cudnnHandle_t handle, const void* alpha1, cudnnTensorDescriptor_t xd, const void* x,
    cudnnFilterDescriptor_t wd, const void* w, cudnnConvolutionDescriptor_t cd,
    cudnnConvolutionFwdAlgo_t algorithm, void* workspace, std::size_t workspace_bytes, const void* alpha2,
    cudnnTensorDescriptor_t zd, const void* z, cudnnTensorDescriptor_t bd, const void* bias,
    cudnnActivationDescriptor_t ad, cudnnTensorDescriptor_t yd, void* y) {
  REFUSE_UNLESS(living.contains(handle) && alpha1 && alpha2, CUDNN_STATUS_BAD_PARAM,
                "the handle or a factor is null");
  RETURN_IF_REFUSED(check_convolution(xd, wd, cd, yd));
  RETURN_IF_REFUSED(check_pointers({x, w, z, bias, y}));
  REFUSE_UNLESS(!refuses_fusion && xd->type == CUDNN_DATA_FLOAT, CUDNN_STATUS_NOT_SUPPORTED,
                "told to refuse");
  REFUSE_UNLESS(all_set(zd, bd, ad), CUDNN_STATUS_BAD_PARAM, "a descriptor is null, not set, or destroyed");
  REFUSE_UNLESS(zd->same(*yd), CUDNN_STATUS_BAD_PARAM, "z and y differ");
  REFUSE_UNLESS(bd->n == 1 && bd->h == 1 && bd->w == 1 && bd->c == yd->c && bd->type == yd->type,
                CUDNN_STATUS_BAD_PARAM, "the bias is not [1, C, 1, 1]");
  REFUSE_UNLESS(ad->mode == CUDNN_ACTIVATION_RELU || ad->mode == CUDNN_ACTIVATION_IDENTITY,
                CUDNN_STATUS_NOT_SUPPORTED, "the activation is neither relu nor identity");
  REFUSE_UNLESS(
      ad->mode == CUDNN_ACTIVATION_RELU || algorithm == CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM,
      CUDNN_STATUS_NOT_SUPPORTED, "the identity needs IMPLICIT_PRECOMP_GEMM");
  REFUSE_UNLESS(algorithm <= CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, CUDNN_STATUS_NOT_SUPPORTED,
                "NHWC filters are served by the implicit products alone");
  RETURN_IF_REFUSED(check_workspace(int(algorithm), wd, workspace, workspace_bytes));
  const float a = *static_cast<const float*>(alpha1), b = *static_cast<const float*>(alpha2);
  enqueue_checked(
      handle->stream, "cudnnConvolutionBiasActivationForward",
      {{x, xd->bytes(), true, false, "x"},
       {w, wd->bytes(), true, false, "w"},
       {bias, bd->bytes(), true, false, "bias"},
       {z, b != 0 ? zd->bytes() : 0, true, false, "z"},
       {y, yd->bytes(), false, true, "y"},
       workspace_range(int(algorithm), wd, workspace)},
      [=, xd = *xd, wd = *wd, yd = *yd, o = cd->options(), relu = ad->mode == CUDNN_ACTIVATION_RELU] {
        const auto plain = turned(read_floats(w, wd.count(), wd.type).data(), wd.shape(), false);
        std::vector<float> out(yd.count());
        kernels::conv2d_forward({read_floats(x, xd.count(), xd.type).data(), xd.shape()},
                                {plain.data(), wd.shape()}, {}, {out.data(), yd.shape()}, o);
        for (std::size_t i = 0; i < out.size(); ++i) {
          const float added = b != 0 ? b * static_cast<const float*>(z)[i] : 0;
          const float sum = a * out[i] + added + static_cast<const float*>(bias)[i % std::size_t(yd.c)];
          static_cast<float*>(y)[i] = relu && sum < 0 ? 0 : sum;
        }
      });
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnConvolutionBackwardData(cudnnHandle_t handle, const void* alpha,
                                           cudnnFilterDescriptor_t wd, const void* w,
                                           cudnnTensorDescriptor_t dyd, const void* dy,
                                           cudnnConvolutionDescriptor_t cd,
                                           cudnnConvolutionBwdDataAlgo_t algorithm, void* workspace,
                                           std::size_t workspace_bytes, const void* beta,
                                           cudnnTensorDescriptor_t dxd, void* dx) {
  REFUSE_UNLESS(living.contains(handle) && alpha && beta, CUDNN_STATUS_BAD_PARAM,
                "the handle or a factor is null");
  RETURN_IF_REFUSED(check_convolution(dxd, wd, cd, dyd));
  RETURN_IF_REFUSED(check_pointers({w, dy, dx}));
  RETURN_IF_REFUSED(check_workspace(int(algorithm), wd, workspace, workspace_bytes));
  const float a = *static_cast<const float*>(alpha), b = *static_cast<const float*>(beta);
  enqueue_checked(handle->stream, "cudnnConvolutionBackwardData",
                  {{w, wd->bytes(), true, false, "w"},
                   {dy, dyd->bytes(), true, false, "dy"},
                   {dx, dxd->bytes(), b != 0, true, "dx"},
                   workspace_range(int(algorithm), wd, workspace)},
                  [=, dxd = *dxd, wd = *wd, dyd = *dyd, o = cd->options()] {
                    const auto plain = turned(read_floats(w, wd.count(), wd.type).data(), wd.shape(), false);
                    std::vector<float> out(dxd.count());
                    kernels::conv2d_backward_input(
                        {read_floats(dy, dyd.count(), dyd.type).data(), dyd.shape()},
                        {plain.data(), wd.shape()}, {out.data(), dxd.shape()}, o);
                    blend(dx, out, a, b, dxd.type);
                  });
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnConvolutionBackwardFilter(cudnnHandle_t handle, const void* alpha,
                                             cudnnTensorDescriptor_t xd, const void* x,
                                             cudnnTensorDescriptor_t dyd, const void* dy,
                                             cudnnConvolutionDescriptor_t cd,
                                             cudnnConvolutionBwdFilterAlgo_t algorithm, void* workspace,
                                             std::size_t workspace_bytes, const void* beta,
                                             cudnnFilterDescriptor_t wd, void* dw) {
  REFUSE_UNLESS(living.contains(handle) && alpha && beta, CUDNN_STATUS_BAD_PARAM,
                "the handle or a factor is null");
  RETURN_IF_REFUSED(check_convolution(xd, wd, cd, dyd));
  RETURN_IF_REFUSED(check_pointers({x, dy, dw}));
  RETURN_IF_REFUSED(check_workspace(int(algorithm), wd, workspace, workspace_bytes));
  const float a = *static_cast<const float*>(alpha), b = *static_cast<const float*>(beta);
  enqueue_checked(handle->stream, "cudnnConvolutionBackwardFilter",
                  {{x, xd->bytes(), true, false, "x"},
                   {dy, dyd->bytes(), true, false, "dy"},
                   {dw, wd->bytes(), b != 0, true, "dw"},
                   workspace_range(int(algorithm), wd, workspace)},
                  [=, xd = *xd, wd = *wd, dyd = *dyd, o = cd->options()] {
                    std::vector<float> plain(wd.count());
                    kernels::conv2d_backward_weight(
                        {read_floats(x, xd.count(), xd.type).data(), xd.shape()},
                        {read_floats(dy, dyd.count(), dyd.type).data(), dyd.shape()},
                        {plain.data(), wd.shape()}, o);
                    blend(dw, turned(plain.data(), wd.shape(), true), a, b, wd.type);
                  });
  return CUDNN_STATUS_SUCCESS;
}

namespace {

cudnnStatus_t check_pooling(const EmulatedPooling* p, const EmulatedTensor* x, const EmulatedTensor* y) {
  REFUSE_UNLESS(all_set(p, x, y), CUDNN_STATUS_BAD_PARAM, "a descriptor is null, not set, or destroyed");
  REFUSE_UNLESS(x->type == y->type && x->n == y->n && x->c == y->c, CUDNN_STATUS_BAD_PARAM,
                "x and y do not fit");
  REFUSE_UNLESS(p->mode == CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING && x->format == CUDNN_TENSOR_NHWC &&
                    y->format == CUDNN_TENSOR_NHWC && p->kernel_h == p->kernel_w &&
                    p->stride_h == p->stride_w && p->pad_h == p->pad_w,
                CUDNN_STATUS_NOT_SUPPORTED, "only square NHWC means are emulated");
  REFUSE_UNLESS(y->h == (x->h + 2 * p->pad_h - p->kernel_h) / p->stride_h + 1 &&
                    y->w == (x->w + 2 * p->pad_w - p->kernel_w) / p->stride_w + 1,
                CUDNN_STATUS_BAD_PARAM, "the output's size is not that of the pooling");
  return CUDNN_STATUS_SUCCESS;
}

kernels::PoolOptions options_of(const EmulatedPooling* p) {
  return {p->kernel_h, p->stride_h, p->pad_h};
}

/// Lines along the channels of an NCHW tensor [n, c, h, w]: as softmax.h sees them.
Shape lines_of(const EmulatedTensor& t) {
  return {t.n, t.c, std::int64_t(t.h) * t.w};
}

cudnnStatus_t check_softmax(cudnnSoftmaxAlgorithm_t algorithm, cudnnSoftmaxMode_t mode,
                            const EmulatedTensor* a, const EmulatedTensor* b) {
  REFUSE_UNLESS(all_set(a, b) && a->same(*b), CUDNN_STATUS_BAD_PARAM, "the tensors differ");
  REFUSE_UNLESS(
      mode == CUDNN_SOFTMAX_MODE_CHANNEL && algorithm != CUDNN_SOFTMAX_FAST && a->format == CUDNN_TENSOR_NCHW,
      CUDNN_STATUS_NOT_SUPPORTED,
      "only the accurate and the logarithmic one along channels of NCHW are emulated");
  return CUDNN_STATUS_SUCCESS;
}

kernels::SoftmaxResult result_of(cudnnSoftmaxAlgorithm_t algorithm) {
  return algorithm == CUDNN_SOFTMAX_LOG ? kernels::SoftmaxResult::logarithm
                                        : kernels::SoftmaxResult::probability;
}

/// 1 and 0 in the type of the tensors: the only factors that are emulated here.
bool is_overwriting(const void* alpha, const void* beta, cudnnDataType_t type) {
  return type == CUDNN_DATA_FLOAT
             ? *static_cast<const float*>(alpha) == 1 && *static_cast<const float*>(beta) == 0
             : *static_cast<const double*>(alpha) == 1 && *static_cast<const double*>(beta) == 0;
}

}  // namespace

cudnnStatus_t cudnnPoolingForward(cudnnHandle_t handle, cudnnPoolingDescriptor_t pd, const void* alpha,
                                  cudnnTensorDescriptor_t xd, const void* x, const void* beta,
                                  cudnnTensorDescriptor_t yd, void* y) {
  RETURN_IF_REFUSED(check_pooling(pd, xd, yd));
  RETURN_IF_REFUSED(check_pointers({x, y}));
  REFUSE_UNLESS(is_overwriting(alpha, beta, xd->type), CUDNN_STATUS_NOT_SUPPORTED,
                "factors other than 1 and 0");
  enqueue_checked(handle->stream, "cudnnPoolingForward",
                  {{x, xd->bytes(), true, false, "x"}, {y, yd->bytes(), false, true, "y"}},
                  [=, xd = *xd, yd = *yd, o = options_of(pd)] {
                    kernels::avg_pool2d_forward(view(x, xd), view(y, yd), o);
                  });
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnPoolingBackward(cudnnHandle_t handle, cudnnPoolingDescriptor_t pd, const void* alpha,
                                   cudnnTensorDescriptor_t yd, const void* y, cudnnTensorDescriptor_t dyd,
                                   const void* dy, cudnnTensorDescriptor_t xd, const void* x,
                                   const void* beta, cudnnTensorDescriptor_t dxd, void* dx) {
  RETURN_IF_REFUSED(check_pooling(pd, xd, yd));
  REFUSE_UNLESS(all_set(dyd, dxd) && dyd->same(*yd) && dxd->same(*xd), CUDNN_STATUS_BAD_PARAM,
                "the gradients do not fit");
  RETURN_IF_REFUSED(check_pointers({y, dy, x, dx}));
  REFUSE_UNLESS(is_overwriting(alpha, beta, xd->type), CUDNN_STATUS_NOT_SUPPORTED,
                "factors other than 1 and 0");
  enqueue_checked(handle->stream, "cudnnPoolingBackward",
                  {{dy, dyd->bytes(), true, false, "dy"}, {dx, dxd->bytes(), false, true, "dx"}},
                  [=, dxd = *dxd, dyd = *dyd, o = options_of(pd)] {
                    kernels::avg_pool2d_backward(view(dy, dyd), view(dx, dxd), o);
                  });
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSoftmaxForward(cudnnHandle_t handle, cudnnSoftmaxAlgorithm_t algorithm,
                                  cudnnSoftmaxMode_t mode, const void* alpha, cudnnTensorDescriptor_t xd,
                                  const void* x, const void* beta, cudnnTensorDescriptor_t yd, void* y) {
  RETURN_IF_REFUSED(check_softmax(algorithm, mode, xd, yd));
  RETURN_IF_REFUSED(check_pointers({x, y}));
  REFUSE_UNLESS(is_overwriting(alpha, beta, xd->type), CUDNN_STATUS_NOT_SUPPORTED,
                "factors other than 1 and 0");
  enqueue_checked(handle->stream, "cudnnSoftmaxForward",
                  {{x, xd->bytes(), true, false, "x"}, {y, yd->bytes(), false, true, "y"}}, [=, d = *xd] {
                    kernels::softmax_forward({x, lines_of(d), d.dtype()}, {y, lines_of(d), d.dtype()}, 1,
                                             result_of(algorithm));
                  });
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSoftmaxBackward(cudnnHandle_t handle, cudnnSoftmaxAlgorithm_t algorithm,
                                   cudnnSoftmaxMode_t mode, const void* alpha, cudnnTensorDescriptor_t yd,
                                   const void* y, cudnnTensorDescriptor_t dyd, const void* dy,
                                   const void* beta, cudnnTensorDescriptor_t dxd, void* dx) {
  RETURN_IF_REFUSED(check_softmax(algorithm, mode, yd, dyd));
  RETURN_IF_REFUSED(check_softmax(algorithm, mode, yd, dxd));
  RETURN_IF_REFUSED(check_pointers({y, dy, dx}));
  REFUSE_UNLESS(is_overwriting(alpha, beta, yd->type), CUDNN_STATUS_NOT_SUPPORTED,
                "factors other than 1 and 0");
  enqueue_checked(handle->stream, "cudnnSoftmaxBackward",
                  {{y, yd->bytes(), true, false, "y"},
                   {dy, dyd->bytes(), true, false, "dy"},
                   {dx, dxd->bytes(), false, true, "dx"}},
                  [=, d = *yd] {
                    kernels::softmax_backward({y, lines_of(d), d.dtype()}, {dy, lines_of(d), d.dtype()},
                                              {dx, lines_of(d), d.dtype()}, 1, result_of(algorithm));
                  });
  return CUDNN_STATUS_SUCCESS;
}
