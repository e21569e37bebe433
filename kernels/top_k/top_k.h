// top_k, gather and scatter along one axis.
//   top_k    the k largest of each line, largest first, and their indices; equal ones in the order in which
//            they stand, NaN before every number
//   gather   y[.., j, ..] = x[.., index[.., j, ..], ..]
//   scatter  y = base, but y[.., index[.., j, ..], ..] = source[.., j, ..]; the indices of a line differ
//   gather's gradient adds gy to zeros at the indices; scatter's sends gy past the indices to base, and at
//   them to source.
// Indices are i64 and lie in [0, size of the axis); others are an Error.
#pragma once

#include "kernels/dispatch.h"

namespace scrim::kernels {

/// Overwrites values and indices, of x's shape with k along `axis`, 1 <= k <= its size.
void top_k(ConstView x, int axis, View values, View indices);
void gather(ConstView x, ConstView index, View y, int axis);
void scatter(ConstView base, ConstView index, ConstView source, View y, int axis);
/// y = zeros with source added at the indices, which may repeat.
void scatter_add(ConstView index, ConstView source, View y, int axis);

using TopK = void(ConstView x, int axis, View values, View indices);
using Gather = void(ConstView x, ConstView index, View y, int axis);
using Scatter = void(ConstView base, ConstView index, ConstView source, View y, int axis);
using ScatterAdd = void(ConstView index, ConstView source, View y, int axis);
TopK top_k_reference, top_k_cpu, top_k_cuda;
Gather gather_reference, gather_cuda;
Scatter scatter_reference, scatter_cuda;
ScatterAdd scatter_add_reference, scatter_add_cuda;

inline constexpr KernelTable<TopK> top_k_kernels{"top_k", top_k_reference, top_k_cpu, cuda_cell(top_k_cuda)};
inline constexpr KernelTable<Gather> gather_kernels{"gather", gather_reference, nullptr,
                                                    cuda_cell(gather_cuda)};
inline constexpr KernelTable<Scatter> scatter_kernels{"scatter", scatter_reference, nullptr,
                                                      cuda_cell(scatter_cuda)};
inline constexpr KernelTable<ScatterAdd> scatter_add_kernels{"scatter_add", scatter_add_reference, nullptr,
                                                             cuda_cell(scatter_add_cuda)};

}  // namespace scrim::kernels
