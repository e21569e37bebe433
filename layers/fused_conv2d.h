// Inference with the norm folded into the convolution and the activation fused: one pass instead of three.
//   norm(conv(x)) = conv'(x) with w' = w * scale[o], b' = bias + (b - mean) * scale,  scale = weight /
//   sqrt(var + eps)
// The stored parameters stay as they are: the folded copy is remade when one of them has changed.
#pragma once

#include <optional>
#include <vector>

#include "kernels/conv2d/conv2d_packed.h"
#include "layers/batch_norm.h"
#include "layers/conv2d.h"

namespace scrim {

/// conv -> norm -> relu as one step. Refers to layers that live in the caller's module.
class ConvNormRelu {
 public:
  ConvNormRelu(Conv2d& conv, BatchNorm2d& norm) : conv_(conv), norm_(norm) {}

  /// Fused in evaluation without gradients on f32; op by op else.
  Variable operator()(const Variable& x);

 private:
  void fold();

  Conv2d& conv_;
  BatchNorm2d& norm_;
  std::vector<std::uint64_t> folded_from_;  ///< stamps of the tensors behind packed_
  std::optional<kernels::PackedConv2d> packed_;
  Tensor bias_;
};

/// A convolution (plain or transposed) whose packed weights are kept from call to call in evaluation.
template <class Conv>
class PackedOnce {
 public:
  explicit PackedOnce(Conv& conv) : conv_(conv) {}
  Variable operator()(const Variable& x);

 private:
  Conv& conv_;
  std::uint64_t packed_from_ = 0;
  std::optional<kernels::PackedConv2d> packed_;
};

}  // namespace scrim
