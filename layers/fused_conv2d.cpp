#include "layers/fused_conv2d.h"

#include <cmath>

#include "autograd/ops/binary.h"
#include "autograd/ops/convert.h"
#include "autograd/ops/relu.h"
#include "autograd/ops/unary.h"
#include "tensor/compute_device.h"

namespace scrim {
namespace {

Shape output_shape(const Conv2d& conv, const Shape& x) {
  return kernels::conv2d_output_shape(x, conv.weight.shape(), conv.options);
}
Shape output_shape(const ConvTranspose2d& conv, const Shape& x) {
  return kernels::conv_transpose2d_output_shape(x, conv.weight.shape(), conv.options);
}

kernels::PackedConv2d packed(const Conv2d& conv, const Tensor& scale) {
  return kernels::PackedConv2d::for_forward(conv.weight.value().view(), conv.options, scale.view());
}
kernels::PackedConv2d packed(const ConvTranspose2d& conv, const Tensor& scale) {
  return kernels::PackedConv2d::for_input_gradient(conv.weight.value().view(), kernels::adjoint(conv.options),
                                                   scale.view());
}

Variable activated(const Variable& y, Activation activation) {
  if (activation.slope == 1) return y;
  return activation.slope == 0 ? relu(y) : leaky_relu(y, activation.slope);
}

/// The factor of each output channel, and the bias, of a convolution with the norm in it.
struct Folded {
  Tensor scale, bias;
};

/// On the processor, whatever the device: it is done once for a set of weights.
Folded fold(const BatchNorm2d& norm, const Variable& conv_bias) {
  const Device device = norm.bias.value().device();
  const Tensor mean = to_host(norm.running_mean), variance = to_host(norm.running_var);
  const Tensor gain = to_host(norm.weight.value()), before = to_host(conv_bias.value());
  Tensor scale = Tensor::empty(norm.bias.shape()), bias = to_host(norm.bias.value()).clone();
  const auto scales = scale.mutable_data<float>(), biases = bias.mutable_data<float>();
  for (std::size_t o = 0; o < biases.size(); ++o) {
    const double exact = gain.data<float>()[o] / std::sqrt(double(variance.data<float>()[o]) + norm.epsilon);
    const double shift = (before.defined() ? before.data<float>()[o] : 0.0) - mean.data<float>()[o];
    biases[o] = float(biases[o] + shift * exact);
    scales[o] = float(exact);
  }
  return {scale.to(device), bias.to(device)};
}

/// cuDNN's fused relu makes 0 of NaN: a network that holds one must not get that far.
template <class Conv>
void require_finite(const Conv& conv, const Folded& folded) {
  for (const Tensor& tensor : {conv.weight.value(), folded.scale, folded.bias})
    require(!tensor.defined() || is_finite(tensor), conv.path(),
            "its weights hold a value that is NaN or infinite");
}

}  // namespace

template <class Conv>
bool FusedConv<Conv>::may_fuse(const Variable& x) const {
  return !conv_.is_training() && !gradients_enabled() && wide_type(x.value().dtype()) == DType::f32 &&
         (x.value().device().is_cuda() || !kernels::PackedConv2d::needs_reference());
}

template <class Conv>
Variable FusedConv<Conv>::operator()(const Variable& any, Variable residual) {
  const Variable x = for_product(any);
  if (!may_fuse(x)) {
    Variable y = conv_(x);
    const bool relu_in_norm = norm_ && !residual.defined() && activation_.slope == 0;
    if (norm_) y = (*norm_)(y, relu_in_norm);
    if (residual.defined()) y = y + residual;
    return relu_in_norm ? y : activated(y, activation_);
  }
  pack();
  const bool all_in_one = !norm_ || folds_norm();
  const Shape shape = output_shape(conv_, x.shape());
  const bool adds = all_in_one && residual.defined();
  require(!residual.defined() || residual.shape() == shape, "conv2d", "a residual {} came for the result {}",
          residual.shape().str(), shape.str());
  residual = convert(residual, x.value().dtype());
  Tensor y = !adds                          ? x.value().empty_like(shape)
             : residual.value().is_unique() ? residual.value()
                                            : residual.value().clone();
  packed_->run(x.value().view(), bias_.view(), y.mutable_view(),
               {.add = adds, .slope = all_in_one ? activation_.slope : 1});
  if (all_in_one) return constant(y, conv_.path());
  const bool relu_in_norm = !residual.defined() && activation_.slope == 0;
  batch_norm_in_place(y, norm_->weight.value(), norm_->bias.value(), norm_->epsilon, relu_in_norm);
  Variable result = constant(y, norm_->path());
  if (residual.defined()) result = result + residual;
  return relu_in_norm ? result : activated(result, activation_);
}

template <class Conv>
void FusedConv<Conv>::pack() {
  const DType product = product_type(conv_.weight.value().dtype(), conv_.weight.value().device());
  std::vector<std::uint64_t> stamps{conv_.weight.value().stamp(), std::uint64_t(product)};
  if (conv_.bias.defined()) stamps.push_back(conv_.bias.value().stamp());
  if (folds_norm())
    for (const Tensor& tensor :
         {norm_->weight.value(), norm_->bias.value(), norm_->running_mean, norm_->running_var})
      stamps.push_back(tensor.stamp());
  if (packed_ && stamps == packed_from_) return;
  const Folded folded = folds_norm() ? fold(*norm_, conv_.bias) : Folded{{}, conv_.bias.value()};
  if (conv_.weight.value().device().is_cuda()) require_finite(conv_, folded);
  packed_ = packed(conv_, folded.scale);
  bias_ = folded.bias;
  packed_from_ = std::move(stamps);
}

template class FusedConv<Conv2d>;
template class FusedConv<ConvTranspose2d>;

}  // namespace scrim
