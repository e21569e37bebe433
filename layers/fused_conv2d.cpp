#include "layers/fused_conv2d.h"

#include <cmath>

namespace scrim {
namespace {

/// Fused kernels are the CPU's, for f32, where nothing is recorded.
bool may_fuse(const Module& module, const Variable& x) {
  return !module.is_training() && !gradients_enabled() && x.value().dtype() == DType::f32 &&
         x.value().device() == Device::cpu && !kernels::PackedConv2d::needs_reference();
}

Shape output_shape(const Conv2d& conv, const Shape& x) {
  return kernels::conv2d_output_shape(x, conv.weight.shape(), conv.options);
}
Shape output_shape(const ConvTranspose2d& conv, const Shape& x) {
  return kernels::conv_transpose2d_output_shape(x, conv.weight.shape(), conv.options);
}

kernels::PackedConv2d pack(const Conv2d& conv) {
  return kernels::PackedConv2d::for_forward(conv.weight.value().view(), conv.options);
}
kernels::PackedConv2d pack(const ConvTranspose2d& conv) {
  return kernels::PackedConv2d::for_input_gradient(conv.weight.value().view(),
                                                   kernels::adjoint(conv.options));
}

Variable run(const kernels::PackedConv2d& packed, const Variable& x, const Tensor& bias, const Shape& shape,
             bool relu, const Module& module) {
  Tensor y = Tensor::empty(shape);
  packed.run(x.value().view(), bias.view(), y.mutable_view(), relu);
  return constant(y, module.path());
}

}  // namespace

Variable ConvNormRelu::operator()(const Variable& x) {
  if (!may_fuse(conv_, x)) return norm_(conv_(x), true);
  fold();
  return run(*packed_, x, bias_, output_shape(conv_, x.shape()), true, conv_);
}

void ConvNormRelu::fold() {
  const Tensor none;
  const Tensor& conv_bias = conv_.bias.defined() ? conv_.bias.value() : none;
  std::vector<std::uint64_t> stamps{conv_.weight.value().stamp(), norm_.weight.value().stamp(),
                                    norm_.bias.value().stamp(), norm_.running_mean.stamp(),
                                    norm_.running_var.stamp()};
  if (conv_bias.defined()) stamps.push_back(conv_bias.stamp());
  if (packed_ && stamps == folded_from_) return;

  Tensor scale = Tensor::empty(norm_.bias.shape());
  bias_ = norm_.bias.value().clone();
  const auto mean = norm_.running_mean.data<float>(), variance = norm_.running_var.data<float>();
  const auto gain = norm_.weight.value().data<float>();
  const auto factor = scale.mutable_data<float>(), b = bias_.mutable_data<float>();
  for (std::size_t o = 0; o < b.size(); ++o) {
    const double exact = gain[o] / std::sqrt(double(variance[o]) + norm_.epsilon);
    const double before = conv_bias.defined() ? conv_bias.data<float>()[o] : 0.0;
    b[o] = float(b[o] + (before - mean[o]) * exact);
    factor[o] = float(exact);
  }
  packed_ = kernels::PackedConv2d::for_forward(conv_.weight.value().view(), conv_.options, scale.view());
  folded_from_ = std::move(stamps);
}

template <class Conv>
Variable PackedOnce<Conv>::operator()(const Variable& x) {
  if (!may_fuse(conv_, x)) return conv_(x);
  if (!packed_ || packed_from_ != conv_.weight.value().stamp()) {
    packed_ = pack(conv_);
    packed_from_ = conv_.weight.value().stamp();
  }
  return run(*packed_, x, conv_.bias.value(), output_shape(conv_, x.shape()), false, conv_);
}

template class PackedOnce<Conv2d>;
template class PackedOnce<ConvTranspose2d>;

}  // namespace scrim
