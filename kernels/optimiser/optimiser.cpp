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
void require_permission(std::string_view op, const View& parameter, const ConstView& permission) {
  require(!permission || (permission.dtype == DType::f32 && permission.shape.numel() == 1 &&
                          permission.device == parameter.device),
          op, "the permission is {} {} on {}, expected one f32 on {}", name_of(permission.dtype),
          permission.shape.str(), name_of(permission.device), name_of(parameter.device));
}

/// The processor reads it here, a GPU in its kernels.
bool is_forbidden(const ConstView& permission) {
  return permission && !permission.device.is_cuda() && permission.as<float>()[0] == 0;
}

}  // namespace

void adam_step(const AdamOptions& options, std::int64_t t, ConstView gradient, View parameter, View mean,
               View square, ConstView permission) {
  require_equal_shapes("adam", parameter, {gradient, mean, square});
  require_permission("adam", parameter, permission);
  if (is_forbidden(permission)) return;
  dispatch(optimiser_adam_kernels, parameter, options, t, gradient, parameter, mean, square, permission);
}

void sgd_step(const SgdOptions& options, std::int64_t t, ConstView gradient, View parameter, View buffer,
              ConstView permission) {
  require_equal_shapes("sgd", parameter, {gradient});
  if (options.momentum != 0) require_equal_shapes("sgd", parameter, {buffer});
  require_permission("sgd", parameter, permission);
  if (is_forbidden(permission)) return;
  dispatch(optimiser_sgd_kernels, parameter, options, t, gradient, parameter, buffer, permission);
}

}  // namespace scrim::kernels
