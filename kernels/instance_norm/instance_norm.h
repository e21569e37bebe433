// instance_norm: each row of the last axis by its own statistics, without weights.
//   y = (x - mean) / sqrt(variance + epsilon), mean and (biased) variance over the last axis
// In HybridGNet this normalizes the features of each graph node.
#pragma once

#include "kernels/dispatch.h"

namespace scrim::kernels {

/// x[..,F] and y alike; writes rstd[rows] = 1 / sqrt(variance + epsilon), which backward needs. F >= 1.
void instance_norm_forward(ConstView x, View y, View rstd, double epsilon);
/// gx = rstd * (gy - mean(gy) - y * mean(gy * y)), means over the row.
void instance_norm_backward(ConstView y, ConstView rstd, ConstView gy, View gx);

using InstanceNormForward = void(ConstView x, View y, View rstd, double epsilon);
using InstanceNormBackward = void(ConstView y, ConstView rstd, ConstView gy, View gx);
InstanceNormForward instance_norm_forward_reference, instance_norm_forward_cuda;
InstanceNormBackward instance_norm_backward_reference, instance_norm_backward_cuda;

inline constexpr KernelTable<InstanceNormForward> instance_norm_forward_kernels{
    "instance_norm", instance_norm_forward_reference, nullptr, cuda_cell(instance_norm_forward_cuda)};
inline constexpr KernelTable<InstanceNormBackward> instance_norm_backward_kernels{
    "instance_norm backward", instance_norm_backward_reference, nullptr,
    cuda_cell(instance_norm_backward_cuda)};

}  // namespace scrim::kernels
