#include <algorithm>
#include <cmath>

#include "kernels/loss/loss.h"

namespace scrim::kernels {
namespace {

double element(LossFunction function, double x, double t) {
  switch (function) {
    case LossFunction::mse:
      return (x - t) * (x - t);
    case LossFunction::bce: {
      require(!(x < 0 || x > 1), "bce", "the prediction {} is no probability", x);
      const auto logarithm = [](double p) {
        return std::log(p) < -100 ? -100 : std::log(p);
      };  // NaN stays NaN
      return -(t * logarithm(x) + (1 - t) * logarithm(1 - x));
    }
    case LossFunction::bce_with_logits:
      return (x < 0 ? 0 : x) - x * t + std::log1p(std::exp(-std::abs(x)));
  }
  return 0;
}

double derivative(LossFunction function, double x, double t) {
  switch (function) {
    case LossFunction::mse:
      return 2 * (x - t);
    case LossFunction::bce:
      return (x - t) / std::max(x * (1 - x), 1e-12);  // PyTorch's guard at 0 and 1
    case LossFunction::bce_with_logits:
      return 1 / (1 + std::exp(-x)) - t;
  }
  return 0;
}

}  // namespace

void loss_forward_reference(LossFunction function, ConstView x, ConstView target, View y,
                            Reduction reduction) {
  for_real_type(x.dtype, name_of(function), [&]<class T>(T) {
    const std::int64_t count = x.shape.numel();
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) sum += element(function, x.as<T>()[i], target.as<T>()[i]);
    y.as<T>()[0] = T(reduction == Reduction::mean ? sum / count : sum);
  });
}

void loss_backward_reference(LossFunction function, ConstView x, ConstView target, ConstView gy, View gx,
                             Reduction reduction) {
  for_real_type(x.dtype, name_of(function), [&]<class T>(T) {
    const std::int64_t count = x.shape.numel();
    const double upstream = gy.as<T>()[0] / (reduction == Reduction::mean ? double(count) : 1.0);
    for (std::int64_t i = 0; i < count; ++i)
      gx.as<T>()[i] = T(upstream * derivative(function, x.as<T>()[i], target.as<T>()[i]));
  });
}

}  // namespace scrim::kernels
