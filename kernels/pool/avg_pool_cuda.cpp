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

void require_done(bool is_done, const Shape& x) {
  require(is_done, "avg_pool2d", "an image of {} is larger than what cuDNN can take", x.str());
}

}  // namespace

void avg_pool2d_forward_cuda(ConstView x, View y, const PoolOptions& options) {
  if (y.shape.numel() == 0) return;
  const auto pooling = descriptor_of(options);
  const cuda::Scales scales(x.dtype);
  const bool is_done = cuda::in_parts(x, y, [&](ConstView some_x, View some_y, bool) {
    const auto of_x = cuda::image_descriptor(some_x.shape, cuda::cudnn_type(x.dtype)),
               of_y = cuda::image_descriptor(some_y.shape, cuda::cudnn_type(y.dtype));
    SCRIM_CUDNN_CHECK(cudnnPoolingForward(cuda::cudnn_handle(y.device), pooling, scales.one(), of_x,
                                          some_x.data, scales.zero(), of_y, some_y.data));
    return true;
  });
  require_done(is_done, x.shape);
}

void avg_pool2d_backward_cuda(ConstView gy, View gx, const PoolOptions& options) {
  if (gx.shape.numel() == 0) return;
  const auto pooling = descriptor_of(options);
  const cuda::Scales scales(gx.dtype);
  const bool is_done = cuda::in_parts(gy, gx, [&](ConstView some_gy, View some_gx, bool) {
    const auto of_x = cuda::image_descriptor(some_gx.shape, cuda::cudnn_type(gx.dtype)),
               of_y = cuda::image_descriptor(some_gy.shape, cuda::cudnn_type(gy.dtype));
    // A mean's gradient needs neither image; cuDNN wants addresses of their sizes all the same, and gy and gx are such.
    SCRIM_CUDNN_CHECK(cudnnPoolingBackward(cuda::cudnn_handle(gx.device), pooling, scales.one(), of_y,
                                           some_gy.data, of_y, some_gy.data, of_x, some_gx.data,
                                           scales.zero(), of_x, some_gx.data));
    return true;
  });
  require_done(is_done, gx.shape);
}

}  // namespace scrim::kernels
