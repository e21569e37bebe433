#include "kernels/axis_lines.h"
#include "kernels/cuda/cudnn.h"
#include "kernels/softmax/softmax.h"

namespace scrim::kernels {
namespace {

/// The lines as channels of an image of cuDNN: [outer, size, inner, 1], dense.
cuda::TensorDescriptor descriptor_of(const AxisLines& lines, DType dtype) {
  cuda::TensorDescriptor descriptor;
  SCRIM_CUDNN_CHECK(cudnnSetTensor4dDescriptor(descriptor, CUDNN_TENSOR_NCHW, cuda::cudnn_type(dtype),
                                               cuda::cudnn_int(lines.outer), cuda::cudnn_int(lines.size),
                                               cuda::cudnn_int(lines.inner), 1));
  return descriptor;
}

cudnnSoftmaxAlgorithm_t algorithm_of(SoftmaxResult result) {
  return result == SoftmaxResult::probability ? CUDNN_SOFTMAX_ACCURATE : CUDNN_SOFTMAX_LOG;
}

}  // namespace

void softmax_forward_cuda(ConstView x, View y, int axis, SoftmaxResult result) {
  if (x.shape.numel() == 0) return;
  const auto lines = descriptor_of(AxisLines("softmax", x.shape, axis), x.dtype);
  const cuda::Scales scales(x.dtype);
  SCRIM_CUDNN_CHECK(cudnnSoftmaxForward(cuda::cudnn_handle(y.device), algorithm_of(result),
                                        CUDNN_SOFTMAX_MODE_CHANNEL, scales.one(), lines, x.data,
                                        scales.zero(), lines, y.data));
}

void softmax_backward_cuda(ConstView y, ConstView gy, View gx, int axis, SoftmaxResult result) {
  if (y.shape.numel() == 0) return;
  const auto lines = descriptor_of(AxisLines("softmax", y.shape, axis), y.dtype);
  const cuda::Scales scales(y.dtype);
  SCRIM_CUDNN_CHECK(cudnnSoftmaxBackward(cuda::cudnn_handle(gx.device), algorithm_of(result),
                                         CUDNN_SOFTMAX_MODE_CHANNEL, scales.one(), lines, y.data, lines,
                                         gy.data, scales.zero(), lines, gx.data));
}

}  // namespace scrim::kernels
