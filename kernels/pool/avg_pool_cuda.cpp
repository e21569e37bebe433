#include "kernels/cuda/cudnn.h"
#include "kernels/pool/pool.h"

namespace scrim::kernels {
namespace {

cuda::PoolingDescriptor descriptor_of(const PoolOptions& o) {
  const int kernel = cuda::cudnn_int(o.kernel), padding = cuda::cudnn_int(o.padding),
            stride = cuda::cudnn_int(o.stride);
  cuda::PoolingDescriptor descriptor;
  SCRIM_CUDNN_CHECK(cudnnSetPooling2dDescriptor(descriptor, CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING,
                                                CUDNN_PROPAGATE_NAN, kernel, kernel, padding, padding, stride,
                                                stride));
  return descriptor;
}

}  // namespace

void avg_pool2d_forward_cuda(ConstView x, View y, const PoolOptions& options) {
  if (y.shape.numel() == 0) return;
  const auto pooling = descriptor_of(options);
  const auto of_x = cuda::image_descriptor(x.shape, cuda::cudnn_type(x.dtype)),
             of_y = cuda::image_descriptor(y.shape, cuda::cudnn_type(y.dtype));
  const cuda::Scales scales(x.dtype);
  SCRIM_CUDNN_CHECK(cudnnPoolingForward(cuda::cudnn_handle(y.device), pooling, scales.one(), of_x, x.data,
                                        scales.zero(), of_y, y.data));
}

void avg_pool2d_backward_cuda(ConstView gy, View gx, const PoolOptions& options) {
  if (gx.shape.numel() == 0) return;
  const auto pooling = descriptor_of(options);
  const auto of_x = cuda::image_descriptor(gx.shape, cuda::cudnn_type(gx.dtype)),
             of_y = cuda::image_descriptor(gy.shape, cuda::cudnn_type(gy.dtype));
  const cuda::Scales scales(gx.dtype);
  // A mean's gradient needs neither image; cuDNN wants addresses of their sizes all the same, and gy and gx are such.
  SCRIM_CUDNN_CHECK(cudnnPoolingBackward(cuda::cudnn_handle(gx.device), pooling, scales.one(), of_y, gy.data,
                                         of_y, gy.data, of_x, gx.data, scales.zero(), of_x, gx.data));
}

}  // namespace scrim::kernels
