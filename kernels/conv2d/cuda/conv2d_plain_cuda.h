// What stands around cuDNN's convolutions: weights in its order, the plain loops for f64 in NHWC and for what
// else it has no algorithm, and the ending of a convolution where it does not fuse one.
#pragma once

#include "kernels/conv2d/cpu/conv2d_direct.h"

namespace scrim::kernels {

/// In the type of `packed`, f32 or 16 bits: packed[O,Kh,Kw,I] = w[O,I,Kh,Kw] * scale[O], or with `scale_inputs` scale[group * I + i], the channels that an input
/// gradient gives; an empty scale counts as ones. `groups` of the convolution. The shape of `packed` stays [O,I,Kh,Kw].
void pack_weights_cuda(ConstView w, ConstView scale, bool scale_inputs, std::int64_t groups, View packed);
/// w[O,I,Kh,Kw] = packed[O,Kh,Kw,I].
void unpack_weights_cuda(ConstView packed, View w);

/// The plain loops take w of the type of x; b and gw are of the type in which they compute.
/// How w lies in memory: O, I, Kh, Kw, or O, Kh, Kw, I.
enum class WeightOrder { plain, packed };
void conv2d_forward_plain_cuda(ConstView x, ConstView w, ConstView b, View y, const Conv2dOptions& options,
                               WeightOrder order);
void conv2d_backward_input_plain_cuda(ConstView gy, ConstView w, View gx, const Conv2dOptions& options,
                                      WeightOrder order);
void conv2d_backward_weight_plain_cuda(ConstView x, ConstView gy, View gw, const Conv2dOptions& options);

/// Whether an input gradient with these weights is a stamp: windows side by side. Then x[N,H,W,O] of packed weights
/// becomes y, ended by the epilogue, in one launch.
bool stamp_serves(const Shape& x, const Shape& w, const Shape& y, const Conv2dOptions& options);
void stamp_cuda(ConstView x, ConstView packed, ConstView bias, View y, const ConvEpilogue& epilogue);

/// y = activation(sum + bias [+ y]) as the epilogue says; an empty bias counts as zeros. sum may be y when nothing is added.
void finish_convolution_cuda(ConstView sum, ConstView bias, const ConvEpilogue& epilogue, View y);

}  // namespace scrim::kernels
