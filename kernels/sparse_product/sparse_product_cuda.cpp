#include <algorithm>
#include <numeric>

#include "base/fnv1a.h"
#include "kernels/cuda/axis_matrix.h"
#include "kernels/sparse_product/sparse_product.h"

namespace scrim::kernels {
namespace {

AxisMatrix matrix_of(const SparseMatrix& m) {
  std::vector<std::size_t> order(m.value.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return m.row[a] < m.row[b]; });
  AxisMatrix matrix;
  matrix.columns = m.columns;
  auto entry = order.begin();
  for (std::int64_t row = 0; row < m.rows; ++row) {
    for (; entry != order.end() && m.row[*entry] == row; ++entry)
      matrix.add(m.column[*entry], m.value[*entry]);
    matrix.end_row();
  }
  return matrix;
}

/// Over the entries: graphs are few and small, and a matrix is known by what is in it.
std::uint64_t hash_of(const SparseMatrix& m) {
  Fnv1a hash;
  const auto add = [&](const auto& values) {
    const auto* words = reinterpret_cast<const std::uint64_t*>(values.data());
    for (std::size_t i = 0; i < values.size(); ++i) hash.add(words[i]);
  };
  add(m.row);
  add(m.column);
  add(m.value);
  return hash.value();
}

}  // namespace

void sparse_product_cuda(const SparseMatrix& m, bool transposed, ConstView x, View y) {
  const std::string key = fmt::format("sparse {}x{} {} entries {:x}{}", m.rows, m.columns, m.value.size(),
                                      hash_of(m), transposed ? " transposed" : "");
  const auto matrix = axis_matrix_on(y.device, y.dtype, key,
                                     [&] { return transposed ? matrix_of(m).transposed() : matrix_of(m); });
  apply_axis_matrix(matrix, x, y.data, x.shape[0], x.shape[2]);
}

}  // namespace scrim::kernels
