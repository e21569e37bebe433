#include "kernels/optimiser/optimiser.h"

namespace scrim::kernels {
namespace {

void require_equal_shapes(std::string_view op, const View& parameter,
                          std::initializer_list<ConstView> others) {
  for (const ConstView& other : others) {
    require_same_type(op, other, parameter);
    require_shape(op, "a tensor beside the parameter", other, parameter.shape);
  }
}
}  // namespace

void adam_step(const AdamOptions& options, std::int64_t t, ConstView gradient, View parameter, View mean,
               View square) {
  require_equal_shapes("adam", parameter, {gradient, mean, square});
  dispatch(optimiser_adam_kernels, parameter, options, t, gradient, parameter, mean, square);
}

void sgd_step(const SgdOptions& options, std::int64_t t, ConstView gradient, View parameter, View buffer) {
  require_equal_shapes("sgd", parameter, {gradient});
  if (options.momentum != 0) require_equal_shapes("sgd", parameter, {buffer});
  dispatch(optimiser_sgd_kernels, parameter, options, t, gradient, parameter, buffer);
}

}  // namespace scrim::kernels
