// batch_norm: per channel c, over all other axes (Ioffe and Szegedy, "Batch Normalization", 2015).
//
//   y[..,c] = (x[..,c] - mean[c]) * rstd[c] * weight[c] + bias[c],   rstd = 1 / sqrt(variance + eps)
//
//   x[..,C], the last axis is the channel; weight, bias, mean, rstd [C].
// In training, mean and variance are the batch's (variance with 1/M, M = numel / C).
// Every function overwrites its outputs. With `relu`, y = max(0, .) and the backward functions take it along:
// the pair stands after nearly every convolution, and one pass over memory is saved in each direction.
#pragma once

#include "kernels/dispatch.h"

namespace scrim::kernels {

/// mean[c] and variance[c] (biased) of x.
void batch_norm_statistics(ConstView x, View mean, View variance);

struct BatchNormFinish {
  double epsilon = 1e-5;
  double momentum = 0.1;
  double unbiased = 1;  ///< M / (M - 1): running variances are those of the population
};

/// rstd from variance; with running statistics (else empty views), running = (1 - momentum) * running + momentum * batch,
/// the variance times `unbiased`. `batches` (i64, one element, or empty) counts one more.
void batch_norm_finish(ConstView mean, ConstView variance, const BatchNormFinish& finish, View rstd,
                       View running_mean = {}, View running_variance = {}, View batches = {});

/// y from x and the given mean and rstd. y may be x.
void batch_norm_apply(ConstView x, ConstView mean, ConstView rstd, ConstView weight, ConstView bias, View y,
                      bool relu);

/// Gradients for batch statistics: mean and rstd depend on x.
///   gweight[c] = sum gy * xhat,  gbias[c] = sum gy,  xhat = (x - mean) * rstd
///   gx = weight * rstd * (gy - gbias/M - xhat * gweight/M)
/// With `relu`, gy counts only where weight * xhat + bias > 0. gx may be gy.
void batch_norm_backward(ConstView x, ConstView mean, ConstView rstd, ConstView weight, ConstView bias,
                         ConstView gy, View gx, View gweight, View gbias, bool relu);

/// Gradients for fixed (running) statistics: gx = gy * weight * rstd; gweight and gbias as above.
void batch_norm_backward_fixed(ConstView x, ConstView mean, ConstView rstd, ConstView weight, ConstView bias,
                               ConstView gy, View gx, View gweight, View gbias, bool relu);

using BatchNormStatistics = void(ConstView x, View mean, View variance);
using BatchNormApply = void(ConstView x, ConstView mean, ConstView rstd, ConstView weight, ConstView bias,
                            View y, bool relu);
using BatchNormBackward = void(ConstView x, ConstView mean, ConstView rstd, ConstView weight, ConstView bias,
                               ConstView gy, View gx, View gweight, View gbias, bool relu,
                               bool fixed_statistics);
using BatchNormFinishing = void(ConstView mean, ConstView variance, const BatchNormFinish&, View rstd,
                                View running_mean, View running_variance, View batches);
BatchNormFinishing batch_norm_finish_reference, batch_norm_finish_cuda;
BatchNormStatistics batch_norm_statistics_reference, batch_norm_statistics_cpu, batch_norm_statistics_cuda;
BatchNormApply batch_norm_apply_reference, batch_norm_apply_cpu, batch_norm_apply_cuda;
BatchNormBackward batch_norm_backward_reference, batch_norm_backward_cpu, batch_norm_backward_cuda;

inline constexpr KernelTable<BatchNormStatistics> batch_norm_statistics_kernels{
    "batch_norm statistics", batch_norm_statistics_reference, batch_norm_statistics_cpu,
    cuda_cell(batch_norm_statistics_cuda)};
inline constexpr KernelTable<BatchNormFinishing> batch_norm_finish_kernels{
    "batch_norm finish", batch_norm_finish_reference, nullptr, cuda_cell(batch_norm_finish_cuda)};
inline constexpr KernelTable<BatchNormApply> batch_norm_apply_kernels{
    "batch_norm", batch_norm_apply_reference, batch_norm_apply_cpu, cuda_cell(batch_norm_apply_cuda)};
inline constexpr KernelTable<BatchNormBackward> batch_norm_backward_kernels{
    "batch_norm backward", batch_norm_backward_reference, batch_norm_backward_cpu,
    cuda_cell(batch_norm_backward_cuda)};

}  // namespace scrim::kernels
