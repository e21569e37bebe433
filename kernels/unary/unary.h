// Elementwise functions of one tensor: y[i] = f(x[i]) and gx[i] = f'(x[i]) * gy[i].
//
//   function     f(x)                           f'(x)                        conventions
//   leaky_relu   x < 0 ? slope * x : x          x > 0 ? 1 : slope            parameters.a = slope
//   sigmoid      1 / (1 + exp(-x))              y * (1 - y)
//   tanh         tanh(x)                        1 - y^2
//   exp          exp(x)                         y
//   log          ln(x)                          1 / x
//   abs          |x|                            sign(x), 0 at 0
//   clamp        min(max(x, a), b)              1 where a <= x <= b, else 0  both ends pass
//   negate       -x                             -1
//   softplus     ln(1 + exp(x))                 sigmoid(x)                   does not overflow
//   sqrt         sqrt(x)                        1 / (2 y)
// NaN in gives NaN out, in every function.
#pragma once

#include "kernels/dispatch.h"

namespace scrim::kernels {

enum class UnaryFunction { leaky_relu, sigmoid, tanh, exp, log, abs, clamp, negate, softplus, sqrt };

struct UnaryParameters {
  double a = 0, b = 0;
};

std::string_view name_of(UnaryFunction function);
/// Whether f' is computed from y; else from x. What a gradient has to keep follows from it.
bool derivative_uses_result(UnaryFunction function);

/// Overwrites y; y may be x.
void unary_forward(UnaryFunction function, ConstView x, View y, UnaryParameters parameters = {});
/// `kept` is y where derivative_uses_result(function), else x. Overwrites gx; gx may be gy.
void unary_backward(UnaryFunction function, ConstView kept, ConstView gy, View gx,
                    UnaryParameters parameters = {});

using UnaryForward = void(UnaryFunction, ConstView x, View y, UnaryParameters);
using UnaryBackward = void(UnaryFunction, ConstView kept, ConstView gy, View gx, UnaryParameters);
UnaryForward unary_forward_reference, unary_forward_cpu, unary_forward_cuda;
UnaryBackward unary_backward_reference, unary_backward_cpu, unary_backward_cuda;

inline constexpr KernelTable<UnaryForward> unary_forward_kernels{
    "unary", unary_forward_reference, unary_forward_cpu, cuda_cell(unary_forward_cuda)};
inline constexpr KernelTable<UnaryBackward> unary_backward_kernels{
    "unary backward", unary_backward_reference, unary_backward_cpu, cuda_cell(unary_backward_cuda)};

}  // namespace scrim::kernels
