#include "kernels/optimizer/optimizer.h"
#include "kernels/vector/vector_kernels.h"
#include "tensor/parallel.h"

namespace scrim::kernels {

void adam_step_cpu(const AdamOptions& o, const std::vector<AdamTensors>& tensors, ConstView clock,
                   ConstView) {
  const double* now = clock.as<double>();
  const vector::AdamStep step{.learning_rate = float(now[clock_learning_rate]),
                              .beta1 = float(o.beta1),
                              .beta2 = float(o.beta2),
                              .epsilon = float(o.epsilon),
                              .correction1 = float(now[clock_correction1]),
                              .correction2 = float(now[clock_correction2]),
                              .l2 = float(o.l2),
                              .decay = float(o.decay)};
  for (const AdamTensors& t : tensors) {
    const float* g = t.gradient.as<float>();
    float *p = t.parameter.as<float>(), *m = t.mean.as<float>(), *v = t.square.as<float>();
    parallel_for(t.parameter.shape.numel(), vector::elements_per_task,
                 [&](std::int64_t begin, std::int64_t end) {
                   vector::kernels().adam(step, g + begin, p + begin, m + begin, v + begin, end - begin);
                 });
  }
}

}  // namespace scrim::kernels
