// relu: y = x where x is not below zero, else 0.
// Written so that NaN stays NaN; relu'(0) = 0.
#pragma once

#include "kernels/dispatch.h"

namespace scrim::kernels {

/// y[i] = x[i] < 0 ? 0 : x[i]. Overwrites y; y may be x.
void relu_forward(ConstView x, View y);

/// gx[i] = y[i] > 0 ? gy[i] : 0, with y the result of relu_forward. Overwrites gx; gx may be gy.
/// A NaN in y gives NaN.
void relu_backward(ConstView y, ConstView gy, View gx);

using ReluForward = void(ConstView x, View y);
using ReluBackward = void(ConstView y, ConstView gy, View gx);
ReluForward relu_forward_reference, relu_forward_cpu, relu_forward_cuda;
ReluBackward relu_backward_reference, relu_backward_cpu, relu_backward_cuda;

inline constexpr KernelTable<ReluForward> relu_forward_kernels{
    "relu", relu_forward_reference, relu_forward_cpu, cuda_cell(relu_forward_cuda)};
inline constexpr KernelTable<ReluBackward> relu_backward_kernels{
    "relu", relu_backward_reference, relu_backward_cpu, cuda_cell(relu_backward_cuda)};

}  // namespace scrim::kernels
