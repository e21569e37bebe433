#include "kernels/sparse_product/sparse_product.h"

namespace scrim::kernels {

void sparse_product(const SparseMatrix& m, bool transposed, ConstView x, View y) {
  require_same_type("sparse_product", x, y);
  const std::int64_t in = transposed ? m.rows : m.columns, out = transposed ? m.columns : m.rows;
  require(x.shape.rank() == 3 && x.shape[1] == in, "sparse_product", "x has the shape {}, expected [B,{},F]",
          x.shape.str(), in);
  require_shape("sparse_product", "y", y, {x.shape[0], out, x.shape[2]});
  require(m.row.size() == m.value.size() && m.column.size() == m.value.size(), "sparse_product",
          "{} rows, {} columns and {} values came, expected as many of each", m.row.size(), m.column.size(),
          m.value.size());
  for (std::size_t e = 0; e < m.value.size(); ++e)
    if (m.row[e] < 0 || m.row[e] >= m.rows || m.column[e] < 0 || m.column[e] >= m.columns) [[unlikely]]
      fail("sparse_product", "entry {} stands at ({}, {}), expected inside {} x {}", e, m.row[e], m.column[e],
           m.rows, m.columns);
  dispatch(sparse_product_kernels, y, m, transposed, x, y);
}

}  // namespace scrim::kernels
