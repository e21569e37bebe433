// cuDNN's mean pooling and softmax.
#include "kernels/pool/pool.h"
#include "kernels/softmax/softmax.h"
#include "tests/cuda_emulation/cudnn_objects.h"

using namespace cuda_emulation;
namespace kernels = scrim::kernels;

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

/// Calls body(in, out): on f32 copies where they are of 16 bits.
template <class Body>
void compute_wide(const void* in, const EmulatedTensor& of_in, void* out, const EmulatedTensor& of_out,
                  Body&& body) {
  if (size_of(of_in.type) != 2) return body(view(in, of_in), view(out, of_out));
  const auto from = read_floats(in, of_in.count(), of_in.type);
  std::vector<float> to(of_out.count());
  body(ConstView{from.data(), of_in.shape()}, View{to.data(), of_out.shape()});
  blend(out, to, 1, 0, of_out.type);
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
  return type != CUDNN_DATA_DOUBLE
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
                    compute_wide(x, xd, y, yd,
                                 [&o](ConstView in, View out) { kernels::avg_pool2d_forward(in, out, o); });
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
                    compute_wide(dy, dyd, dx, dxd,
                                 [&o](ConstView in, View out) { kernels::avg_pool2d_backward(in, out, o); });
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
