// One parameter's update, in double, for the processor and the GPU. Formulas in optimizer.h.
#pragma once

#include <cmath>

#include "kernels/optimizer/optimizer.h"
#include "tensor/host_device.h"

namespace scrim::kernels {

SCRIM_HOST_DEVICE inline void advance(double beta1, double beta2, double* clock) {
  const double t = clock[clock_steps] + 1;
  clock[clock_steps] = t;
  clock[clock_correction1] = 1 - std::pow(beta1, t);
  clock[clock_correction2] = 1 - std::pow(beta2, t);
}

struct AdamRule {
  AdamOptions o;

  template <class T>
  SCRIM_HOST_DEVICE void update(const double* clock, T gradient, T& p, T& m, T& v) const {
    const double learning_rate = clock[clock_learning_rate];
    const double kept = p * (1 - learning_rate * o.decay);
    const double g = gradient + o.l2 * p;
    m = T(o.beta1 * m + (1 - o.beta1) * g);
    v = T(o.beta2 * v + (1 - o.beta2) * g * g);
    p = T(kept - learning_rate * (m / clock[clock_correction1]) /
                     (std::sqrt(v / clock[clock_correction2]) + o.epsilon));
  }
};

struct SgdRule {
  SgdOptions o;

  /// Without momentum, `b` is left alone.
  template <class T>
  SCRIM_HOST_DEVICE void update(const double* clock, T gradient, T& p, T* b) const {
    const double g = gradient + o.l2 * p;
    double step = g;
    if (o.momentum != 0) {
      *b = T(clock[clock_steps] == 1 ? g : o.momentum * *b + g);
      step = o.nesterov ? g + o.momentum * *b : double(*b);
    }
    p = T(p - clock[clock_learning_rate] * step);
  }
};

}  // namespace scrim::kernels
