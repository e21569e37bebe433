// Losses of a prediction x against a target t of the same shape, as one number y[] (a sum, or the mean over
// elements).
//
//   mse               (x - t)^2
//   bce               -(t ln x + (1-t) ln(1-x)), x in [0,1]; each logarithm at least -100, as PyTorch has it
//   bce_with_logits   max(x,0) - x t + ln(1 + exp(-|x|)): bce of sigmoid(x), without its overflow
//
// Sums run in double. d mse / dt = -d mse / dx; the others' targets get no gradient.
#pragma once

#include "kernels/dispatch.h"

namespace scrim::kernels {

enum class LossFunction { mse, bce, bce_with_logits };
enum class Reduction { mean, sum };
std::string_view name_of(LossFunction function);

/// Overwrites y (one element).
void loss_forward(LossFunction function, ConstView x, ConstView target, View y, Reduction reduction);
/// gx = gy * d loss / d x, gy of one element. Overwrites gx.
void loss_backward(LossFunction function, ConstView x, ConstView target, ConstView gy, View gx,
                   Reduction reduction);

using LossForward = void(LossFunction, ConstView x, ConstView target, View y, Reduction);
using LossBackward = void(LossFunction, ConstView x, ConstView target, ConstView gy, View gx, Reduction);
LossForward loss_forward_reference, loss_forward_cuda;
LossBackward loss_backward_reference, loss_backward_cuda;

inline constexpr KernelTable<LossForward> loss_forward_kernels{"loss", loss_forward_reference, nullptr,
                                                               cuda_cell(loss_forward_cuda)};
inline constexpr KernelTable<LossBackward> loss_backward_kernels{"loss backward", loss_backward_reference,
                                                                 nullptr, cuda_cell(loss_backward_cuda)};

}  // namespace scrim::kernels
