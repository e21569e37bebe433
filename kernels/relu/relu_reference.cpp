#include "kernels/relu/relu.h"

namespace scrim::kernels {

void relu_forward_reference(ConstView x, View y) {
  for_real_type(x.dtype, "relu", [&]<class T>(T) {
    const T* in = x.as<T>();
    T* out = y.as<T>();
    for (std::int64_t i = 0; i < x.shape.numel(); ++i) out[i] = in[i] < 0 ? T(0) : in[i];
  });
}

void relu_backward_reference(ConstView y, ConstView gy, View gx) {
  for_real_type(y.dtype, "relu", [&]<class T>(T) {
    const T* result = y.as<T>();
    const T* upstream = gy.as<T>();
    T* out = gx.as<T>();
    for (std::int64_t i = 0; i < y.shape.numel(); ++i)
      out[i] = result[i] > 0 ? upstream[i] : result[i] == 0 ? T(0) : result[i];
  });
}

}  // namespace scrim::kernels
