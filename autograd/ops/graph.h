// Ops on features of graph nodes x[B,nodes,F].
#pragma once

#include <memory>
#include <vector>

#include "autograd/variable.h"
#include "kernels/sparse_product/sparse_product.h"

namespace scrim {

/// Shared by every call: a graph's matrix outlives the steps that use it.
using SharedMatrix = std::shared_ptr<const kernels::SparseMatrix>;

/// y[b] = matrix * x[b], with the gradient to x.
Variable sparse_product(const SharedMatrix& matrix, const Variable& x);

/// The scaled Laplacian 2L / lambda - I of Chebyshev convolutions for lambda = 2 and the symmetric
/// normalization: -D^-1/2 A D^-1/2, zero on the diagonal; a node without edges has a row of zeros.
/// edges[2,E] (i64): from and to of each directed edge; self loops are left out.
kernels::SparseMatrix scaled_laplacian(const Tensor& edges, std::int64_t nodes);

/// Chebyshev graph convolution (Defferrard, Bresson, Vandergheynst, "Convolutional Neural Networks on Graphs
/// with Fast Localized Spectral Filtering", 2016): y = sum over k of T_k W_k^T + b,
///   T_0 = x, T_1 = L x, T_k = 2 L T_{k-1} - T_{k-2}
/// x[B,nodes,F], one weight[O,F] for each k, bias[O] or undefined.
Variable chebyshev_conv(const Variable& x, const SharedMatrix& laplacian,
                        const std::vector<Variable>& weights, const Variable& bias);

}  // namespace scrim
