// A convolution with what follows it: norm, residual connection, activation. In evaluation without gradients
// on f32 they are one pass over memory, with the norm folded into the weights; op by op else.
//   norm(conv(x)) = conv'(x) with w' = w * scale[o], b' = bias + (b - mean) * scale,
//   scale = weight / sqrt(var + eps)
// The stored parameters stay as they are: the folded copy is remade when one of them has changed.
#pragma once

#include <optional>
#include <vector>

#include "kernels/conv2d/conv2d_packed.h"
#include "layers/batch_norm.h"
#include "layers/conv2d.h"

namespace scrim {

/// y < 0 ? slope * y : y.
struct Activation {
  float slope;
  static constexpr Activation none() { return {1}; }
  static constexpr Activation relu() { return {0}; }
  static constexpr Activation leaky_relu(float slope) { return {slope}; }
};

/// y = activation(norm(conv(x)) + residual). Refers to layers that live in the caller's module.
template <class Conv>
class FusedConv {
 public:
  explicit FusedConv(Conv& conv, Activation activation = Activation::none())
      : conv_(conv), norm_(nullptr), activation_(activation) {}
  FusedConv(Conv& conv, BatchNorm2d& norm, Activation activation = Activation::relu())
      : conv_(conv), norm_(&norm), activation_(activation) {}

  /// `residual` has the result's shape, or is undefined for none. One that nobody else holds is written over.
  Variable operator()(const Variable& x, Variable residual = {});

 private:
  bool may_fuse(const Variable& x) const;
  bool folds_norm() const { return norm_ && norm_->has_running_statistics(); }
  void pack();

  Conv& conv_;
  BatchNorm2d* norm_;
  Activation activation_;
  std::vector<std::uint64_t> packed_from_;  ///< stamps of the tensors behind packed_, and their type
  std::optional<kernels::PackedConv2d> packed_;
  Tensor bias_;
};

using FusedConv2d = FusedConv<Conv2d>;
using FusedConvTranspose2d = FusedConv<ConvTranspose2d>;

}  // namespace scrim
