#include "kernels/loss/loss_formulas.h"

namespace scrim::kernels {

void loss_forward_reference(LossFunction function, ConstView x, ConstView target, View y,
                            Reduction reduction) {
  for_real_type(x.dtype, name_of(function), [&]<class T>(T) {
    const std::int64_t count = x.shape.numel();
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const double value = x.as<T>()[i];
      require(function != LossFunction::bce || is_probability(value), "bce",
              "the prediction {} is no probability", value);
      sum += loss_of(function, value, target.as<T>()[i]);
    }
    y.as<T>()[0] = T(reduction == Reduction::mean ? sum / count : sum);
  });
}

void loss_backward_reference(LossFunction function, ConstView x, ConstView target, ConstView gy, View gx,
                             Reduction reduction) {
  for_real_type(x.dtype, name_of(function), [&]<class T>(T) {
    const std::int64_t count = x.shape.numel();
    const double upstream = gy.as<T>()[0] / (reduction == Reduction::mean ? double(count) : 1.0);
    for (std::int64_t i = 0; i < count; ++i)
      gx.as<T>()[i] = T(upstream * loss_derivative(function, x.as<T>()[i], target.as<T>()[i]));
  });
}

}  // namespace scrim::kernels
