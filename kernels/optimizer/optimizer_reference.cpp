#include "kernels/optimizer/optimizer_rules.h"

namespace scrim::kernels {

void advance_clock_reference(double beta1, double beta2, ConstView factor, View clock) {
  if (!factor || factor.as<float>()[0] != 0) advance(beta1, beta2, clock.as<double>());
}

void adam_step_reference(const AdamOptions& options, const std::vector<AdamTensors>& tensors, ConstView clock,
                         ConstView) {
  const AdamRule rule{options};
  for (const AdamTensors& t : tensors)
    for_real_type(t.parameter.dtype, "adam", [&]<class T>(T) {
      T *p = t.parameter.as<T>(), *m = t.mean.as<T>(), *v = t.square.as<T>();
      for (std::int64_t i = 0; i < t.parameter.shape.numel(); ++i)
        rule.update(clock.as<double>(), t.gradient.as<T>()[i], p[i], m[i], v[i]);
    });
}

void sgd_step_reference(const SgdOptions& options, const std::vector<SgdTensors>& tensors, ConstView clock,
                        ConstView) {
  const SgdRule rule{options};
  for (const SgdTensors& t : tensors)
    for_real_type(t.parameter.dtype, "sgd", [&]<class T>(T) {
      T* b = options.momentum != 0 ? t.buffer.as<T>() : nullptr;
      for (std::int64_t i = 0; i < t.parameter.shape.numel(); ++i)
        rule.update(clock.as<double>(), t.gradient.as<T>()[i], t.parameter.as<T>()[i], b ? b + i : nullptr);
    });
}

}  // namespace scrim::kernels
