#include "kernels/optimiser/optimiser.h"

#include "kernels/binary/binary.h"

namespace scrim::kernels {
namespace {

void require_equal_shapes(std::string_view op, const View& parameter,
                          std::initializer_list<ConstView> others) {
  for (const ConstView& other : others) {
    require_same_type(op, other, parameter);
    require_shape(op, "a tensor beside the parameter", other, parameter.shape);
  }
}
void require_factor(std::string_view op, const View& parameter, const ConstView& factor) {
  require(!factor ||
              (factor.dtype == DType::f32 && factor.shape.numel() == 1 && factor.device == parameter.device),
          op, "the factor is {} {} on {}, expected one f32 on {}", name_of(factor.dtype), factor.shape.str(),
          name_of(factor.device), name_of(parameter.device));
}

/// Calls step(gradient) with the factor in it. A GPU multiplies in its kernel; the processor reads the factor here, and
/// makes a copy for what is neither 0 nor 1.
template <class Step>
void with_factor(ConstView gradient, ConstView factor, Step&& step) {
  if (!factor || factor.device.is_cuda()) return step(gradient);
  const float times = factor.as<float>()[0];
  if (times == 0) return;
  if (times == 1) return step(gradient);
  Tensor scaled = Tensor::empty(gradient.shape, gradient.dtype);
  multiply(gradient, Tensor::scalar(times, gradient.dtype).view(), scaled.mutable_view());
  step(scaled.view());
}

}  // namespace

void adam_step(const AdamOptions& options, std::int64_t t, ConstView gradient, View parameter, View mean,
               View square, ConstView factor) {
  require_equal_shapes("adam", parameter, {gradient, mean, square});
  require_factor("adam", parameter, factor);
  with_factor(gradient, factor, [&](ConstView g) {
    dispatch(optimiser_adam_kernels, parameter, options, t, g, parameter, mean, square, factor);
  });
}

void sgd_step(const SgdOptions& options, std::int64_t t, ConstView gradient, View parameter, View buffer,
              ConstView factor) {
  require_equal_shapes("sgd", parameter, {gradient});
  if (options.momentum != 0) require_equal_shapes("sgd", parameter, {buffer});
  require_factor("sgd", parameter, factor);
  with_factor(gradient, factor, [&](ConstView g) {
    dispatch(optimiser_sgd_kernels, parameter, options, t, g, parameter, buffer, factor);
  });
}

}  // namespace scrim::kernels
