// A convolution's weights, copied into the order that the kernels of their device read, with the algorithm chosen.
// Training packs at every call, since the weights change; inference packs once.
#pragma once

#include <memory>

#include "kernels/conv2d/cpu/conv2d_direct.h"

namespace scrim::kernels {

class PackedConv2d {
 public:
  /// For conv2d_forward with these weights (f32), each output channel's times scale[O] where there is one, as
  /// a norm that is folded in needs it. Copies w; it may change or go afterwards.
  static PackedConv2d for_forward(ConstView w, const Conv2dOptions& options, ConstView scale = {});
  /// For conv2d_backward_input, which is also conv_transpose2d_forward; scale[C] of its output channels.
  static PackedConv2d for_input_gradient(ConstView w, const Conv2dOptions& options, ConstView scale = {});

  PackedConv2d(PackedConv2d&&) noexcept;
  PackedConv2d& operator=(PackedConv2d&&) noexcept;
  ~PackedConv2d();

  /// out = convolution of `in` + bias, finished by the epilogue; an empty bias counts as zeros. f32, or on a GPU what
  /// product_type() said when the weights were packed; the bias is f32. Shapes as for the function that it stands for; they are
  /// the caller's to check.
  void run(ConstView in, ConstView bias, View out, const ConvEpilogue& epilogue = {}) const;

  /// Whether the reference kernels were asked for, which know nothing of packed weights.
  static bool needs_reference() { return reference_kernels_in_use(); }

  /// "winograd F(4x4,3x3)", "direct", or "cudnn" on a GPU. By sizes alone: results repeat from run to run and machine to machine
  /// of a level.
  std::string_view algorithm() const;

  struct Plan;

 private:
  explicit PackedConv2d(std::unique_ptr<Plan> plan);
  std::unique_ptr<Plan> plan_;
};

/// packed[O,Kh,Kw,I], under the shape of w[O,I,Kh,Kw], each output channel's times scale[O]; with `scale_inputs` each
/// input channel's, which are what an input gradient gives.
using PackWeights = void(ConstView w, ConstView scale, bool scale_inputs, std::int64_t groups, View packed);
/// conv2d_forward, or conv2d_backward_input, from packed weights, ended by the epilogue.
using PackedConvolution = void(ConstView in, ConstView packed, ConstView bias, View out, const Conv2dOptions&,
                               bool input_gradient, const ConvEpilogue&);
PackWeights pack_weights_cuda;
PackedConvolution conv2d_packed_cuda;

// The processor's own are PackedConv2d itself.
inline constexpr KernelTable<PackWeights> pack_weights_kernels{"conv2d packing", nullptr, nullptr,
                                                               cuda_cell(pack_weights_cuda)};
inline constexpr KernelTable<PackedConvolution> conv2d_packed_kernels{"conv2d packed", nullptr, nullptr,
                                                                      cuda_cell(conv2d_packed_cuda)};

}  // namespace scrim::kernels
