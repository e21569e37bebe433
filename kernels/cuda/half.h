// Products in half precision: f32 tensors are rounded to 16 bits where a library multiplies them, and its result becomes
// f32 again. What is added up, and all that is kept (weights, activations, moments), stays f32.
#pragma once

#include <cstdint>

#include "kernels/cuda/scratch.h"
#include "tensor/compute_device.h"

namespace scrim::kernels {

/// Whether products of f32 tensors are to be rounded to 16 bits.
inline bool in_half_precision() {
  const ProductMath math = compute_settings().math;
  return math == ProductMath::f16 || math == ProductMath::bf16;
}

/// out[i] = in[i], rounded to the 16-bit type of compute_settings().
void round_to_half(Device device, const float* in, std::uint16_t* out, std::int64_t count);
void widen_from_half(Device device, const std::uint16_t* in, float* out, std::int64_t count);

/// An f32 tensor as a library is to read it: itself, or a rounded copy.
class ProductOperand {
 public:
  explicit ProductOperand(ConstView tensor)
      : tensor_(tensor), rounded_(tensor.device, in_half_precision() ? tensor.shape.numel() : 0) {
    if (in_half_precision())
      round_to_half(tensor.device, tensor.on_device<float>(), rounded_.data(), tensor.shape.numel());
  }
  const void* data() const { return in_half_precision() ? rounded_.data() : tensor_.data; }

 private:
  ConstView tensor_;
  Scratch<std::uint16_t> rounded_;
};

/// An f32 tensor as a library is to write it: itself, or 16 bits that finish() makes it of.
class ProductResult {
 public:
  explicit ProductResult(View tensor)
      : tensor_(tensor), rounded_(tensor.device, in_half_precision() ? tensor.shape.numel() : 0) {}
  void* data() const { return in_half_precision() ? rounded_.data() : tensor_.data; }
  void finish() const {
    if (in_half_precision())
      widen_from_half(tensor_.device, rounded_.data(), tensor_.on_device<float>(), tensor_.shape.numel());
  }

 private:
  View tensor_;
  Scratch<std::uint16_t> rounded_;
};

}  // namespace scrim::kernels
