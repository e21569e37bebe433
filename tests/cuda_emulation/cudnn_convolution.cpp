// cuDNN's convolutions.
#include <algorithm>

#include "tests/cuda_emulation/cudnn_objects.h"

using namespace cuda_emulation;
namespace kernels = scrim::kernels;

namespace {

CudnnRefusals refused;

/// Of an algorithm for a direction: whether it may be asked for at all, and whether it does its work.
cudnnStatus_t check_served() {
  REFUSE_UNLESS(!refused.convolutions, CUDNN_STATUS_NOT_SUPPORTED, "told to refuse convolutions");
  return CUDNN_STATUS_SUCCESS;
}
template <class Algorithm>
cudnnStatus_t check_does_its_work(Algorithm algorithm, Algorithm first_guess) {
  if (!refused.its_guess || algorithm != first_guess) return CUDNN_STATUS_SUCCESS;
  count("refused by cuDNN");
  return refuse(CUDNN_STATUS_NOT_SUPPORTED, "told to refuse what was guessed");
}

/// What fill_performances() names first.
constexpr auto forward_guess = CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;
constexpr auto data_guess = CUDNN_CONVOLUTION_BWD_DATA_ALGO_0;
constexpr auto filter_guess = CUDNN_CONVOLUTION_BWD_FILTER_ALGO_0;

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

/// The list of a direction: what is fastest is not deterministic, what needs no workspace is slow, and one
/// does not serve. The first that serves is of another kind of multiplication than the descriptor's, and needs less memory for
/// it than the call will.
template <class Performance, class Algorithm>
cudnnStatus_t fill_performances(Performance* results, int requested, int* returned, const EmulatedFilter* w,
                                const EmulatedConvolution* c, Algorithm fast, Algorithm slow,
                                bool fast_is_deterministic) {
  const Performance list[] = {
      {fast, CUDNN_STATUS_NOT_SUPPORTED, -1, 0, CUDNN_DETERMINISTIC, c->math},
      {fast, CUDNN_STATUS_SUCCESS, 0.5f, 0,
       fast_is_deterministic ? CUDNN_DETERMINISTIC : CUDNN_NON_DETERMINISTIC,
       c->math == CUDNN_DEFAULT_MATH ? CUDNN_FMA_MATH : CUDNN_DEFAULT_MATH},
      {fast, CUDNN_STATUS_SUCCESS, 1, workspace_of(int(fast), w),
       fast_is_deterministic ? CUDNN_DETERMINISTIC : CUDNN_NON_DETERMINISTIC, c->math},
      {slow, CUDNN_STATUS_SUCCESS, 2, workspace_of(int(slow), w), CUDNN_DETERMINISTIC, c->math}};
  *returned = refused.convolutions ? 1 : std::min(requested, 4);
  std::copy_n(list, *returned, results);
  REFUSE_UNLESS(!refused.guessing, CUDNN_STATUS_NOT_SUPPORTED, "told to name no algorithm");
  return CUDNN_STATUS_SUCCESS;
}

}  // namespace

void cuda_emulation::set_cudnn_refuses(CudnnRefusals refusals) {
  refused = refusals;
}

cudnnStatus_t cudnnGetConvolutionForwardAlgorithm_v7(cudnnHandle_t, cudnnTensorDescriptor_t xd,
                                                     cudnnFilterDescriptor_t wd,
                                                     cudnnConvolutionDescriptor_t cd,
                                                     cudnnTensorDescriptor_t yd, int requested, int* returned,
                                                     cudnnConvolutionFwdAlgoPerf_t* results) {
  RETURN_IF_REFUSED(check_convolution(xd, wd, cd, yd));
  return fill_performances(results, requested, returned, wd, cd, forward_guess,
                           CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, true);
}
cudnnStatus_t cudnnGetConvolutionBackwardDataAlgorithm_v7(
    cudnnHandle_t, cudnnFilterDescriptor_t wd, cudnnTensorDescriptor_t dyd, cudnnConvolutionDescriptor_t cd,
    cudnnTensorDescriptor_t dxd, int requested, int* returned, cudnnConvolutionBwdDataAlgoPerf_t* results) {
  RETURN_IF_REFUSED(check_convolution(dxd, wd, cd, dyd));
  return fill_performances(results, requested, returned, wd, cd, data_guess,
                           CUDNN_CONVOLUTION_BWD_DATA_ALGO_1, false);
}
cudnnStatus_t cudnnGetConvolutionBackwardFilterAlgorithm_v7(
    cudnnHandle_t, cudnnTensorDescriptor_t xd, cudnnTensorDescriptor_t dyd, cudnnConvolutionDescriptor_t cd,
    cudnnFilterDescriptor_t wd, int requested, int* returned, cudnnConvolutionBwdFilterAlgoPerf_t* results) {
  RETURN_IF_REFUSED(check_convolution(xd, wd, cd, dyd));
  return fill_performances(results, requested, returned, wd, cd, filter_guess,
                           CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1, false);
}
cudnnStatus_t cudnnGetConvolutionForwardWorkspaceSize(
    cudnnHandle_t, cudnnTensorDescriptor_t xd, cudnnFilterDescriptor_t wd, cudnnConvolutionDescriptor_t cd,
    cudnnTensorDescriptor_t yd, cudnnConvolutionFwdAlgo_t algorithm, std::size_t* bytes) {
  RETURN_IF_REFUSED(check_convolution(xd, wd, cd, yd));
  RETURN_IF_REFUSED(check_served());
  REFUSE_UNLESS(algorithm <= CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, CUDNN_STATUS_NOT_SUPPORTED,
                "NHWC filters are served by the implicit products alone");
  *bytes = workspace_of(int(algorithm), wd);
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnGetConvolutionBackwardDataWorkspaceSize(
    cudnnHandle_t, cudnnFilterDescriptor_t wd, cudnnTensorDescriptor_t dyd, cudnnConvolutionDescriptor_t cd,
    cudnnTensorDescriptor_t dxd, cudnnConvolutionBwdDataAlgo_t algorithm, std::size_t* bytes) {
  RETURN_IF_REFUSED(check_convolution(dxd, wd, cd, dyd));
  RETURN_IF_REFUSED(check_served());
  *bytes = workspace_of(int(algorithm), wd);
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnGetConvolutionBackwardFilterWorkspaceSize(
    cudnnHandle_t, cudnnTensorDescriptor_t xd, cudnnTensorDescriptor_t dyd, cudnnConvolutionDescriptor_t cd,
    cudnnFilterDescriptor_t wd, cudnnConvolutionBwdFilterAlgo_t algorithm, std::size_t* bytes) {
  RETURN_IF_REFUSED(check_convolution(xd, wd, cd, dyd));
  RETURN_IF_REFUSED(check_served());
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
  RETURN_IF_REFUSED(check_does_its_work(algorithm, forward_guess));
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
  REFUSE_UNLESS(!refused.fusion, CUDNN_STATUS_NOT_SUPPORTED, "told to refuse");
  REFUSE_UNLESS(xd->type != CUDNN_DATA_BFLOAT16, CUDNN_STATUS_NOT_SUPPORTED, "bfloat16 is not fused");
  REFUSE_UNLESS(living.contains(ad) && !ad->propagates_nan, CUDNN_STATUS_NOT_SUPPORTED,
                "a fused activation does not propagate NaN");
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
        const auto shift = read_floats(bias, std::size_t(yd.c), yd.type);
        const auto other = b != 0 ? read_floats(z, out.size(), yd.type) : std::vector<float>(out.size());
        for (std::size_t i = 0; i < out.size(); ++i) {
          const float sum = a * out[i] + b * other[i] + shift[i % std::size_t(yd.c)];
          out[i] = relu && !(sum > 0) ? 0 : sum;
        }
        blend(y, out, 1, 0, yd.type);
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
  RETURN_IF_REFUSED(check_does_its_work(algorithm, data_guess));
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
  RETURN_IF_REFUSED(check_does_its_work(algorithm, filter_guess));
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
