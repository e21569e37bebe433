// dropout (Srivastava et al., 2014): y = x * keep / (1 - p). The mask is an argument, so that a test or
// another framework can give its own; dropout_mask draws one from a seed.
#pragma once

#include "kernels/dispatch.h"
#include "tensor/random.h"

namespace scrim::kernels {

/// Overwrites mask (bool): each cell is true with probability 1 - p; 0 <= p < 1. Cell i depends on (random,
/// i) alone.
void dropout_mask(const Random& random, double p, View mask);

/// Overwrites y. `keep` (bool) has the shape of x, or 1 where it is repeated along an axis (whole channels:
/// [N,1,1,C]). Its own adjoint: gradients pass through the same function.
void dropout(ConstView x, ConstView keep, double p, View y);

using DropoutMask = void(const Random&, double p, View mask);
using Dropout = void(ConstView x, ConstView keep, double p, View y);
DropoutMask dropout_mask_reference, dropout_mask_cuda;
Dropout dropout_reference, dropout_cuda;

inline constexpr KernelTable<DropoutMask> dropout_mask_kernels{"dropout mask", dropout_mask_reference,
                                                               nullptr, cuda_cell(dropout_mask_cuda)};
inline constexpr KernelTable<Dropout> dropout_kernels{"dropout", dropout_reference, nullptr,
                                                      cuda_cell(dropout_cuda)};

}  // namespace scrim::kernels
