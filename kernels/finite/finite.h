// Whether all numbers of some tensors are finite, as a number that stays on the device: a step of training can depend on
// it without the processor having to wait for it.
#pragma once

#include <vector>

#include "kernels/dispatch.h"

namespace scrim::kernels {

/// Overwrites flag (f32, one element): 1 when every element of every tensor is finite, else 0.
void all_finite(const std::vector<ConstView>& tensors, View flag);

using AllFinite = void(const std::vector<ConstView>& tensors, View flag);
AllFinite all_finite_reference, all_finite_cuda;

inline constexpr KernelTable<AllFinite> all_finite_kernels{"all_finite", all_finite_reference, nullptr,
                                                           cuda_cell(all_finite_cuda)};

}  // namespace scrim::kernels
