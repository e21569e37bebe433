#include "kernels/unary/unary_formulas.h"
#include "tensor/cuda/launch.h"

namespace scrim::kernels {
namespace {

template <class T, class Formula>
struct UnaryForwardKernel {
  Formula formula;  ///< of Wide<T>
  const T* x;
  T* y;
  __device__ void operator()(std::int64_t i) const { y[i] = T(formula.forward(x[i])); }
};

template <class T, class Formula>
struct UnaryBackwardKernel {
  Formula formula;
  const T *kept, *gy;
  T* gx;
  __device__ void operator()(std::int64_t i) const { gx[i] = T(gy[i] * formula.derivative(kept[i])); }
};

}  // namespace

void unary_forward_cuda(UnaryFunction function, ConstView x, View y, UnaryParameters parameters) {
  for_floating_type(x.dtype, name_of(function), [&]<class T>(T) {
    with_formula<Wide<T>>(function, parameters, [&]<class Formula>(const Formula& formula) {
      cuda::for_each_element(y.device, y.shape.numel(),
                             UnaryForwardKernel<T, Formula>{formula, x.on_device<T>(), y.on_device<T>()});
    });
  });
}

void unary_backward_cuda(UnaryFunction function, ConstView kept, ConstView gy, View gx,
                         UnaryParameters parameters) {
  for_floating_type(kept.dtype, name_of(function), [&]<class T>(T) {
    with_formula<Wide<T>>(function, parameters, [&]<class Formula>(const Formula& formula) {
      cuda::for_each_element(gx.device, gx.shape.numel(),
                             UnaryBackwardKernel<T, Formula>{formula, kept.on_device<T>(), gy.on_device<T>(),
                                                             gx.on_device<T>()});
    });
  });
}

}  // namespace scrim::kernels
