// One parameter's update, in double, for the processor and the GPU. Formulas in optimiser.h.
#pragma once

#include <cmath>

#include "kernels/optimiser/optimiser.h"
#include "tensor/host_device.h"

namespace scrim::kernels {

struct AdamRule {
  AdamOptions o;
  double correction1, correction2;

  AdamRule(const AdamOptions& options, std::int64_t t)
      : o(options),
        correction1(1 - std::pow(options.beta1, double(t))),
        correction2(1 - std::pow(options.beta2, double(t))) {}
  template <class T>
  SCRIM_HOST_DEVICE void update(T gradient, T& p, T& m, T& v) const {
    const double kept = p * (1 - o.learning_rate * o.decay);
    const double g = gradient + o.l2 * p;
    m = T(o.beta1 * m + (1 - o.beta1) * g);
    v = T(o.beta2 * v + (1 - o.beta2) * g * g);
    p = T(kept - o.learning_rate * (m / correction1) / (std::sqrt(v / correction2) + o.epsilon));
  }
};

struct SgdRule {
  SgdOptions o;
  bool is_first;

  /// Without momentum, `b` is left alone.
  template <class T>
  SCRIM_HOST_DEVICE void update(T gradient, T& p, T* b) const {
    const double g = gradient + o.l2 * p;
    double step = g;
    if (o.momentum != 0) {
      *b = T(is_first ? g : o.momentum * *b + g);
      step = o.nesterov ? g + o.momentum * *b : double(*b);
    }
    p = T(p - o.learning_rate * step);
  }
};

}  // namespace scrim::kernels
