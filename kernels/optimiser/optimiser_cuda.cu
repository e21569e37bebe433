#include "kernels/optimiser/optimiser_rules.h"
#include "tensor/cuda/launch.h"

namespace scrim::kernels {
namespace {

template <class T>
struct AdamKernel {
  AdamRule rule;
  const float* factor;
  const T* gradient;
  T *parameter, *mean, *square;
  __device__ void operator()(std::int64_t i) const {
    const float times = factor ? *factor : 1.0f;
    if (times != 0) rule.update(gradient[i] * T(times), parameter[i], mean[i], square[i]);
  }
};

template <class T>
struct SgdKernel {
  SgdRule rule;
  const float* factor;
  const T* gradient;
  T *parameter, *buffer;
  __device__ void operator()(std::int64_t i) const {
    const float times = factor ? *factor : 1.0f;
    if (times != 0) rule.update(gradient[i] * T(times), parameter[i], buffer ? buffer + i : nullptr);
  }
};

const float* address_of(ConstView factor) {
  return factor ? factor.on_device<float>() : nullptr;
}

}  // namespace

void adam_step_cuda(const AdamOptions& options, std::int64_t t, ConstView gradient, View parameter, View mean,
                    View square, ConstView factor) {
  for_real_type(parameter.dtype, "adam", [&]<class T>(T) {
    cuda::for_each_element(
        parameter.device, parameter.shape.numel(),
        AdamKernel<T>{AdamRule(options, t), address_of(factor), gradient.on_device<T>(),
                      parameter.on_device<T>(), mean.on_device<T>(), square.on_device<T>()});
  });
}

void sgd_step_cuda(const SgdOptions& options, std::int64_t t, ConstView gradient, View parameter, View buffer,
                   ConstView factor) {
  for_real_type(parameter.dtype, "sgd", [&]<class T>(T) {
    cuda::for_each_element(
        parameter.device, parameter.shape.numel(),
        SgdKernel<T>{SgdRule{options, t == 1}, address_of(factor), gradient.on_device<T>(),
                     parameter.on_device<T>(), options.momentum != 0 ? buffer.on_device<T>() : nullptr});
  });
}

}  // namespace scrim::kernels
