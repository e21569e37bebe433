// Pooling over windows of an image x[N,H,W,C] to y[N,Ho,Wo,C],
//   Ho = floor((H + 2*padding - kernel) / stride) + 1, Wo alike; 2*padding <= kernel.
// max_pool2d: the largest value of the window; padding never wins; the first maximum in row-major order takes
// the
//             gradient; NaN wins over every number.
// avg_pool2d: the mean over kernel*kernel cells, padding counted as zeros (PyTorch: count_include_pad =
// true). The global average pool is the mean over axes 1 and 2 (reduce.h).
// adaptive_avg_pool2d: y[N,Ho,Wo,C] of any size; cell i is the mean over the rows [floor(i*H/Ho),
// ceil((i+1)*H/Ho)),
//             columns alike.
#pragma once

#include "kernels/dispatch.h"

namespace scrim::kernels {

struct PoolOptions {
  std::int64_t kernel = 2, stride = 2, padding = 0;
};

Shape pool_output_shape(const Shape& x, const PoolOptions& options);

/// Overwrites y, and in `from` (u8, the shape of y) the cell of the window that won, row * kernel + column;
/// backward needs it; an empty `from` is left out. kernel <= 16.
void max_pool2d_forward(ConstView x, View y, View from, const PoolOptions& options);
void max_pool2d_backward(ConstView gy, ConstView from, View gx, const PoolOptions& options);

void avg_pool2d_forward(ConstView x, View y, const PoolOptions& options);
void avg_pool2d_backward(ConstView gy, View gx, const PoolOptions& options);

/// The rows (or columns) [begin, end) of cell i of `count`.
struct AdaptiveCell {
  std::int64_t begin, end;
};
AdaptiveCell adaptive_cell(std::int64_t i, std::int64_t size, std::int64_t count);

/// y's size says how many cells.
void adaptive_avg_pool2d_forward(ConstView x, View y);
void adaptive_avg_pool2d_backward(ConstView gy, View gx);

using MaxPoolForward = void(ConstView x, View y, View from, const PoolOptions&);
using MaxPoolBackward = void(ConstView gy, ConstView from, View gx, const PoolOptions&);
using AvgPoolForward = void(ConstView x, View y, const PoolOptions&);
using AvgPoolBackward = void(ConstView gy, View gx, const PoolOptions&);
MaxPoolForward max_pool2d_forward_reference, max_pool2d_forward_cpu, max_pool2d_forward_cuda;
MaxPoolBackward max_pool2d_backward_reference, max_pool2d_backward_cpu, max_pool2d_backward_cuda;
AvgPoolForward avg_pool2d_forward_reference, avg_pool2d_forward_cpu, avg_pool2d_forward_cuda;
AvgPoolBackward avg_pool2d_backward_reference, avg_pool2d_backward_cpu, avg_pool2d_backward_cuda;
using AdaptivePool = void(ConstView from, View to);
AdaptivePool adaptive_avg_pool2d_forward_reference, adaptive_avg_pool2d_backward_reference,
    adaptive_avg_pool2d_forward_cuda, adaptive_avg_pool2d_backward_cuda;

inline constexpr KernelTable<MaxPoolForward> pool_max_forward_kernels{
    "max_pool2d", max_pool2d_forward_reference, max_pool2d_forward_cpu, cuda_cell(max_pool2d_forward_cuda)};
inline constexpr KernelTable<MaxPoolBackward> pool_max_backward_kernels{
    "max_pool2d backward", max_pool2d_backward_reference, max_pool2d_backward_cpu,
    cuda_cell(max_pool2d_backward_cuda)};
inline constexpr KernelTable<AvgPoolForward> pool_avg_forward_kernels{
    "avg_pool2d", avg_pool2d_forward_reference, avg_pool2d_forward_cpu, cuda_cell(avg_pool2d_forward_cuda)};
inline constexpr KernelTable<AvgPoolBackward> pool_avg_backward_kernels{
    "avg_pool2d backward", avg_pool2d_backward_reference, avg_pool2d_backward_cpu,
    cuda_cell(avg_pool2d_backward_cuda)};
inline constexpr KernelTable<AdaptivePool> pool_adaptive_forward_kernels{
    "adaptive_avg_pool2d", adaptive_avg_pool2d_forward_reference, nullptr,
    cuda_cell(adaptive_avg_pool2d_forward_cuda)};
inline constexpr KernelTable<AdaptivePool> pool_adaptive_backward_kernels{
    "adaptive_avg_pool2d backward", adaptive_avg_pool2d_backward_reference, nullptr,
    cuda_cell(adaptive_avg_pool2d_backward_cuda)};

}  // namespace scrim::kernels
