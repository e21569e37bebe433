#include <cmath>

#include "kernels/optimiser/optimiser.h"

namespace scrim::kernels {

void adam_step_reference(const AdamOptions& o, std::int64_t t, ConstView gradient, View parameter, View mean,
                         View square) {
  for_real_type(parameter.dtype, "adam", [&]<class T>(T) {
    T *p = parameter.as<T>(), *m = mean.as<T>(), *v = square.as<T>();
    const double correction1 = 1 - std::pow(o.beta1, double(t)),
                 correction2 = 1 - std::pow(o.beta2, double(t));
    for (std::int64_t i = 0; i < parameter.shape.numel(); ++i) {
      const double kept = p[i] * (1 - o.learning_rate * o.decay);
      const double g = gradient.as<T>()[i] + o.l2 * p[i];
      m[i] = T(o.beta1 * m[i] + (1 - o.beta1) * g);
      v[i] = T(o.beta2 * v[i] + (1 - o.beta2) * g * g);
      p[i] = T(kept - o.learning_rate * (m[i] / correction1) / (std::sqrt(v[i] / correction2) + o.epsilon));
    }
  });
}

void sgd_step_reference(const SgdOptions& o, std::int64_t t, ConstView gradient, View parameter,
                        View buffer) {
  for_real_type(parameter.dtype, "sgd", [&]<class T>(T) {
    T* p = parameter.as<T>();
    for (std::int64_t i = 0; i < parameter.shape.numel(); ++i) {
      const double g = gradient.as<T>()[i] + o.l2 * p[i];
      double step = g;
      if (o.momentum != 0) {
        T& b = buffer.as<T>()[i];
        b = T(t == 1 ? g : o.momentum * b + g);
        step = o.nesterov ? g + o.momentum * b : double(b);
      }
      p[i] = T(p[i] - o.learning_rate * step);
    }
  });
}

}  // namespace scrim::kernels
