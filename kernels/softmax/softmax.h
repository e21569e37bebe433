// softmax along one axis: y = exp(x - m) / sum exp(x - m), m the largest of the line, so that nothing
// overflows; its logarithm: y = x - m - ln(sum exp(x - m)).
#pragma once

#include "kernels/dispatch.h"

namespace scrim::kernels {

enum class SoftmaxResult { probability, logarithm };

/// Overwrites y, of x's shape.
void softmax_forward(ConstView x, View y, int axis, SoftmaxResult result);
/// probability: gx = y * (gy - sum(gy * y)); logarithm: gx = gy - exp(y) * sum(gy); sums over the line.
void softmax_backward(ConstView y, ConstView gy, View gx, int axis, SoftmaxResult result);

using SoftmaxForward = void(ConstView x, View y, int axis, SoftmaxResult);
using SoftmaxBackward = void(ConstView y, ConstView gy, View gx, int axis, SoftmaxResult);
SoftmaxForward softmax_forward_reference, softmax_forward_cpu, softmax_forward_cuda;
SoftmaxBackward softmax_backward_reference, softmax_backward_cpu, softmax_backward_cuda;

inline constexpr KernelTable<SoftmaxForward> softmax_forward_kernels{
    "softmax", softmax_forward_reference, softmax_forward_cpu, cuda_cell(softmax_forward_cuda)};
inline constexpr KernelTable<SoftmaxBackward> softmax_backward_kernels{
    "softmax backward", softmax_backward_reference, softmax_backward_cpu, cuda_cell(softmax_backward_cuda)};

}  // namespace scrim::kernels
