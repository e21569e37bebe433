#include "kernels/relu/relu.h"
#include "tensor/cuda/launch.h"

namespace scrim::kernels {
namespace {

template <class T>
struct ReluForwardKernel {
  const T* x;
  T* y;
  __device__ void operator()(std::int64_t i) const { y[i] = x[i] < 0 ? T(0) : x[i]; }
};

template <class T>
struct ReluBackwardKernel {
  const T *y, *gy;
  T* gx;
  __device__ void operator()(std::int64_t i) const { gx[i] = y[i] > 0 ? gy[i] : y[i] == 0 ? T(0) : y[i]; }
};

}  // namespace

void relu_forward_cuda(ConstView x, View y) {
  for_floating_type(x.dtype, "relu", [&]<class T>(T) {
    cuda::for_each_element(y.device, y.shape.numel(),
                           ReluForwardKernel<T>{x.on_device<T>(), y.on_device<T>()});
  });
}

void relu_backward_cuda(ConstView y, ConstView gy, View gx) {
  for_floating_type(y.dtype, "relu", [&]<class T>(T) {
    cuda::for_each_element(gx.device, gx.shape.numel(),
                           ReluBackwardKernel<T>{y.on_device<T>(), gy.on_device<T>(), gx.on_device<T>()});
  });
}

}  // namespace scrim::kernels
