#include "kernels/optimizer/optimizer.h"

#include "kernels/binary/binary.h"

namespace scrim::kernels {
namespace {

void require_alike(std::string_view op, const View& parameter, std::initializer_list<ConstView> others) {
  for (const ConstView& other : others) {
    require_same_type(op, other, parameter);
    require_shape(op, "a tensor beside the parameter", other, parameter.shape);
  }
}

void require_step(std::string_view op, ConstView clock, ConstView factor) {
  require(clock.dtype == DType::f64 && clock.shape == Shape{clock_fields}, op,
          "the clock is {} {}, expected f64 [{}]", name_of(clock.dtype), clock.shape.str(),
          int(clock_fields));
  require(!factor || (factor.dtype == DType::f32 && factor.shape.numel() == 1), op,
          "the factor is {} {}, expected one f32", name_of(factor.dtype), factor.shape.str());
  require(!factor || factor.device == clock.device, op, "the factor lies on {}, the clock on {}",
          name_of(factor.device), name_of(clock.device));
}

/// Calls step(tensors) with the factor in their gradients. A GPU multiplies in its kernel; the processor reads the factor
/// here, and makes copies for what is neither 0 nor 1.
template <class Tensors, class Step>
void with_factor(std::vector<Tensors> tensors, ConstView factor, Step&& step) {
  if (tensors.empty()) return;
  if (!factor || factor.device.is_cuda()) return step(tensors);
  const float times = factor.as<float>()[0];
  if (times == 0) return;
  std::vector<Tensor> copies;
  for (Tensors& one : tensors) {
    if (times == 1) break;
    Tensor& scaled = copies.emplace_back(Tensor::empty(one.gradient.shape, one.gradient.dtype));
    multiply(one.gradient, Tensor::scalar(times, one.gradient.dtype).view(), scaled.mutable_view());
    one.gradient = scaled.view();
  }
  step(tensors);
}

}  // namespace

void advance_clock(double beta1, double beta2, ConstView factor, View clock) {
  require_step("optimizer", clock, factor);
  dispatch(optimizer_clock_kernels, clock, beta1, beta2, factor, clock);
}

void adam_step(const AdamOptions& options, const std::vector<AdamTensors>& tensors, ConstView clock,
               ConstView factor) {
  require_step("adam", clock, factor);
  for (const AdamTensors& t : tensors) {
    require_alike("adam", t.parameter, {t.gradient, t.mean, t.square});
    require_same_type("adam", t.parameter, tensors[0].parameter);
  }
  with_factor(tensors, factor, [&](const std::vector<AdamTensors>& scaled) {
    dispatch(optimizer_adam_kernels, scaled[0].parameter, options, scaled, clock, factor);
  });
}

void sgd_step(const SgdOptions& options, const std::vector<SgdTensors>& tensors, ConstView clock,
              ConstView factor) {
  require_step("sgd", clock, factor);
  for (const SgdTensors& t : tensors) {
    require_alike("sgd", t.parameter, {t.gradient});
    if (options.momentum != 0) require_alike("sgd", t.parameter, {t.buffer});
    require_same_type("sgd", t.parameter, tensors[0].parameter);
  }
  with_factor(tensors, factor, [&](const std::vector<SgdTensors>& scaled) {
    dispatch(optimizer_sgd_kernels, scaled[0].parameter, options, scaled, clock, factor);
  });
}

}  // namespace scrim::kernels
