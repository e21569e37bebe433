// matmul: y = A * B, with either operand transposed on request.
//   y[M,N] = sum over k of a[M,K] * b[K,N];  transpose_a: a is stored [K,M];  transpose_b: b is stored [N,K].
//   With three axes the first counts matrices: y[B,M,N] = a[B,M,K] * b[B,K,N], one by one.
// linear: y[..,O] = x[..,I] * w[O,I]^T + b[O] is matmul(x, w, transpose_b) and a broadcast add.
#pragma once

#include "kernels/dispatch.h"

namespace scrim::kernels {

struct MatmulOptions {
  bool transpose_a = false, transpose_b = false;
};

/// The shape of y. Throws Error when the operands do not fit together.
Shape matmul_output_shape(const Shape& a, const Shape& b, const MatmulOptions& options);

/// Overwrites y. All three have two axes, or all three axes.
void matmul(ConstView a, ConstView b, View y, const MatmulOptions& options = {});

/// The cells of the processor take one product, with two axes; that of a GPU takes them all.
using Matmul = void(ConstView a, ConstView b, View y, const MatmulOptions&);
Matmul matmul_reference, matmul_cpu, matmul_cuda;

inline constexpr KernelTable<Matmul> matmul_kernels{"matmul", matmul_reference, matmul_cpu,
                                                    cuda_cell(matmul_cuda)};

}  // namespace scrim::kernels
