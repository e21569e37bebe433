// One element of each loss and of its gradient, for the processor and the GPU.
#pragma once

#include <cmath>

#include "kernels/loss/loss.h"
#include "tensor/host_device.h"

namespace scrim::kernels {

/// ln(p), not below -100 as in PyTorch; NaN stays NaN.
SCRIM_HOST_DEVICE inline double bounded_log(double p) {
  const double logarithm = std::log(p);
  return logarithm < -100 ? -100 : logarithm;
}

SCRIM_HOST_DEVICE inline double loss_of(LossFunction function, double x, double t) {
  switch (function) {
    case LossFunction::mse:
      return (x - t) * (x - t);
    case LossFunction::bce:
      return -(t * bounded_log(x) + (1 - t) * bounded_log(1 - x));
    case LossFunction::bce_with_logits:
      return (x < 0 ? 0 : x) - x * t + std::log1p(std::exp(-std::abs(x)));
  }
  return 0;
}

SCRIM_HOST_DEVICE inline double loss_derivative(LossFunction function, double x, double t) {
  switch (function) {
    case LossFunction::mse:
      return 2 * (x - t);
    case LossFunction::bce: {
      const double slope = x * (1 - x);
      return (x - t) / (slope < 1e-12 ? 1e-12 : slope);  // PyTorch's guard at 0 and 1
    }
    case LossFunction::bce_with_logits:
      return 1 / (1 + std::exp(-x)) - t;
  }
  return 0;
}

SCRIM_HOST_DEVICE inline bool is_probability(double x) {
  return !(x < 0 || x > 1);
}

}  // namespace scrim::kernels
