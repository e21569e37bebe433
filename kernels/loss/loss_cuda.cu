#include "kernels/cuda/scratch.h"
#include "kernels/loss/loss_formulas.h"
#include "tensor/cuda/launch.h"

namespace scrim::kernels {
namespace {

constexpr std::int64_t elements_per_block = 16384;

template <class T>
struct LossSumKernel {
  LossFunction function;
  const T *x, *target;
  std::int64_t count;
  double* partials;
  int* complaint;
  __device__ void operator()(std::int64_t block) const {
    const std::int64_t first = block * elements_per_block;
    const std::int64_t last = first + elements_per_block < count ? first + elements_per_block : count;
    double sum = 0;
    for (std::int64_t i = first + threadIdx.x; i < last; i += cuda::threads_per_block) {
      if (function == LossFunction::bce && !is_probability(x[i]))
        *complaint = int(cuda::Complaint::not_a_probability);
      sum += loss_of(function, x[i], target[i]);
    }
    sum = cuda::sum_over_block(sum);
    if (threadIdx.x == 0) partials[block] = sum;
  }
};

template <class T>
struct LossJoinKernel {
  const double* partials;
  std::int64_t blocks;
  double divisor;
  T* y;
  __device__ void operator()(std::int64_t) const {
    double sum = 0;
    for (std::int64_t i = threadIdx.x; i < blocks; i += cuda::threads_per_block) sum += partials[i];
    sum = cuda::sum_over_block(sum);
    if (threadIdx.x == 0) y[0] = T(sum / divisor);
  }
};

template <class T>
struct LossGradientKernel {
  LossFunction function;
  const T *x, *target, *gy;
  T* gx;
  double divisor;
  __device__ void operator()(std::int64_t i) const {
    gx[i] = T(gy[0] / divisor * loss_derivative(function, x[i], target[i]));
  }
};

double divisor_of(Reduction reduction, const Shape& shape) {
  return reduction == Reduction::mean ? double(shape.numel()) : 1.0;
}

}  // namespace

void loss_forward_cuda(LossFunction function, ConstView x, ConstView target, View y, Reduction reduction) {
  for_real_type(x.dtype, name_of(function), [&]<class T>(T) {
    const std::int64_t count = x.shape.numel(),
                       blocks = (count + elements_per_block - 1) / elements_per_block;
    const Scratch<double> partials(y.device, blocks);
    cuda::for_each_block(y.device, blocks,
                         LossSumKernel<T>{function, x.on_device<T>(), target.on_device<T>(), count,
                                          partials.data(), cuda::Runtime::of(y.device).complaint()});
    cuda::for_each_block(
        y.device, 1,
        LossJoinKernel<T>{partials.data(), blocks, divisor_of(reduction, x.shape), y.on_device<T>()});
  });
}

void loss_backward_cuda(LossFunction function, ConstView x, ConstView target, ConstView gy, View gx,
                        Reduction reduction) {
  for_real_type(x.dtype, name_of(function), [&]<class T>(T) {
    cuda::for_each_element(
        gx.device, gx.shape.numel(),
        LossGradientKernel<T>{function, x.on_device<T>(), target.on_device<T>(), gy.on_device<T>(),
                              gx.on_device<T>(), divisor_of(reduction, x.shape)});
  });
}

}  // namespace scrim::kernels
