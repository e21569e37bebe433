// A constant sparse matrix times dense features: graph Laplacians and pooling matrices.
//   y[b,r,f] = sum over entries e with row r of value[e] * x[b, column[e], f]
// transposed: rows and columns change places, which is also the gradient. Entries of one place add up.
#pragma once

#include <vector>

#include "kernels/dispatch.h"

namespace scrim::kernels {

struct SparseMatrix {
  std::int64_t rows = 0, columns = 0;
  std::vector<std::int64_t> row, column;  ///< one pair an entry
  std::vector<double> value;
};

/// x[B,columns,F] to y[B,rows,F]; transposed, x[B,rows,F] to y[B,columns,F]. Overwrites y. Throws Error when
/// an entry lies outside the matrix.
void sparse_product(const SparseMatrix& matrix, bool transposed, ConstView x, View y);

using SparseProduct = void(const SparseMatrix&, bool transposed, ConstView x, View y);
SparseProduct sparse_product_reference, sparse_product_cuda;

inline constexpr KernelTable<SparseProduct> sparse_product_kernels{"sparse_product", sparse_product_reference,
                                                                   nullptr, cuda_cell(sparse_product_cuda)};

}  // namespace scrim::kernels
