#include "kernels/instance_norm/instance_norm.h"
#include "tensor/cuda/launch.h"

namespace scrim::kernels {
namespace {

template <class T>
struct InstanceNormForwardKernel {
  const T* x;
  T *y, *rstd;
  std::int64_t width;
  double epsilon;
  __device__ void operator()(std::int64_t row) const {
    const T* in = x + row * width;
    double sum = 0, squares = 0;
    for (std::int64_t i = threadIdx.x; i < width; i += cuda::threads_per_block) sum += double(in[i]);
    const double mean = cuda::sum_over_block(sum) / double(width);
    for (std::int64_t i = threadIdx.x; i < width; i += cuda::threads_per_block)
      squares += (double(in[i]) - mean) * (double(in[i]) - mean);
    const double scale = 1 / sqrt(cuda::sum_over_block(squares) / double(width) + epsilon);
    for (std::int64_t i = threadIdx.x; i < width; i += cuda::threads_per_block)
      y[row * width + i] = T((double(in[i]) - mean) * scale);
    if (threadIdx.x == 0) rstd[row] = T(scale);
  }
};

template <class T>
struct InstanceNormBackwardKernel {
  const T *y, *rstd, *gy;
  T* gx;
  std::int64_t width;
  __device__ void operator()(std::int64_t row) const {
    const T *out = y + row * width, *g = gy + row * width;
    double sum = 0, product = 0;
    for (std::int64_t i = threadIdx.x; i < width; i += cuda::threads_per_block) {
      sum += double(g[i]);
      product += double(g[i]) * double(out[i]);
    }
    const double mean = cuda::sum_over_block(sum) / double(width);
    const double mean_product = cuda::sum_over_block(product) / double(width);
    for (std::int64_t i = threadIdx.x; i < width; i += cuda::threads_per_block)
      gx[row * width + i] = T(double(rstd[row]) * (double(g[i]) - mean - double(out[i]) * mean_product));
  }
};

}  // namespace

void instance_norm_forward_cuda(ConstView x, View y, View rstd, double epsilon) {
  for_real_type(x.dtype, "instance_norm", [&]<class T>(T) {
    cuda::for_each_block(y.device, rstd.shape[0],
                         InstanceNormForwardKernel<T>{x.on_device<T>(), y.on_device<T>(), rstd.on_device<T>(),
                                                      x.shape[x.shape.rank() - 1], epsilon});
  });
}

void instance_norm_backward_cuda(ConstView y, ConstView rstd, ConstView gy, View gx) {
  for_real_type(gx.dtype, "instance_norm", [&]<class T>(T) {
    cuda::for_each_block(
        gx.device, rstd.shape[0],
        InstanceNormBackwardKernel<T>{y.on_device<T>(), rstd.on_device<T>(), gy.on_device<T>(),
                                      gx.on_device<T>(), y.shape[y.shape.rank() - 1]});
  });
}

}  // namespace scrim::kernels
