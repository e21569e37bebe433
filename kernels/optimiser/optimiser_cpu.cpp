#include <cmath>

#include "kernels/optimiser/optimiser.h"
#include "kernels/vector/vector_kernels.h"
#include "tensor/parallel.h"

namespace scrim::kernels {

void adam_step_cpu(const AdamOptions& o, std::int64_t t, ConstView gradient, View parameter, View mean,
                   View square, ConstView) {
  const vector::AdamStep step{.learning_rate = float(o.learning_rate),
                              .beta1 = float(o.beta1),
                              .beta2 = float(o.beta2),
                              .epsilon = float(o.epsilon),
                              .correction1 = float(1 - std::pow(o.beta1, double(t))),
                              .correction2 = float(1 - std::pow(o.beta2, double(t))),
                              .l2 = float(o.l2),
                              .decay = float(o.decay)};
  const float* g = gradient.as<float>();
  float *p = parameter.as<float>(), *m = mean.as<float>(), *v = square.as<float>();
  parallel_for(parameter.shape.numel(), vector::elements_per_task, [&](std::int64_t begin, std::int64_t end) {
    vector::kernels().adam(step, g + begin, p + begin, m + begin, v + begin, end - begin);
  });
}

}  // namespace scrim::kernels
