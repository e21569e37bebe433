#include "kernels/unary/unary_formulas.h"

namespace scrim::kernels {

void unary_forward_reference(UnaryFunction function, ConstView x, View y, UnaryParameters parameters) {
  for_real_type(x.dtype, name_of(function), [&]<class T>(T) {
    unary_forward_range(function, parameters, x.as<T>(), y.as<T>(), 0, x.shape.numel());
  });
}

void unary_backward_reference(UnaryFunction function, ConstView kept, ConstView gy, View gx,
                              UnaryParameters parameters) {
  for_real_type(kept.dtype, name_of(function), [&]<class T>(T) {
    unary_backward_range(function, parameters, kept.as<T>(), gy.as<T>(), gx.as<T>(), 0, kept.shape.numel());
  });
}

}  // namespace scrim::kernels
