// permute: the axes of a tensor in another order. y's axis i is x's axis order[i].
#pragma once

#include <vector>

#include "kernels/dispatch.h"

namespace scrim::kernels {

/// The order that undoes `order`. Throws Error unless it holds each of 0..size-1 once.
std::vector<int> inverse_order(const std::vector<int>& order);
Shape permuted_shape(const Shape& x, const std::vector<int>& order);

/// For each axis of the result, how far apart its elements stand in x.
std::vector<std::int64_t> permuted_steps(const Shape& x, const std::vector<int>& order);

/// Overwrites y. Any element type.
void permute(ConstView x, const std::vector<int>& order, View y);

using Permute = void(ConstView x, const std::vector<int>& order, View y);
Permute permute_reference, permute_cuda;

inline constexpr KernelTable<Permute> permute_kernels{"permute", permute_reference, nullptr,
                                                      cuda_cell(permute_cuda)};

}  // namespace scrim::kernels
