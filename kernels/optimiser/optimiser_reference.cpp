#include "kernels/optimiser/optimiser_rules.h"

namespace scrim::kernels {

void adam_step_reference(const AdamOptions& options, std::int64_t t, ConstView gradient, View parameter,
                         View mean, View square, ConstView) {
  const AdamRule rule(options, t);
  for_real_type(parameter.dtype, "adam", [&]<class T>(T) {
    T *p = parameter.as<T>(), *m = mean.as<T>(), *v = square.as<T>();
    for (std::int64_t i = 0; i < parameter.shape.numel(); ++i)
      rule.update(gradient.as<T>()[i], p[i], m[i], v[i]);
  });
}

void sgd_step_reference(const SgdOptions& options, std::int64_t t, ConstView gradient, View parameter,
                        View buffer, ConstView) {
  const SgdRule rule{options, t == 1};
  for_real_type(parameter.dtype, "sgd", [&]<class T>(T) {
    T* b = options.momentum != 0 ? buffer.as<T>() : nullptr;
    for (std::int64_t i = 0; i < parameter.shape.numel(); ++i)
      rule.update(gradient.as<T>()[i], parameter.as<T>()[i], b ? b + i : nullptr);
  });
}

}  // namespace scrim::kernels
