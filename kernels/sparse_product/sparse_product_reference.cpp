#include <algorithm>

#include "kernels/sparse_product/sparse_product.h"

namespace scrim::kernels {

void sparse_product_reference(const SparseMatrix& m, bool transposed, ConstView x, View y) {
  const std::int64_t features = x.shape[2];
  for_real_type(x.dtype, "sparse_product", [&]<class T>(T) {
    std::fill_n(y.as<T>(), y.shape.numel(), T(0));
    for (std::int64_t b = 0; b < x.shape[0]; ++b)
      for (std::size_t e = 0; e < m.value.size(); ++e) {
        const std::int64_t from = transposed ? m.row[e] : m.column[e],
                           to = transposed ? m.column[e] : m.row[e];
        const T* in = x.as<T>() + (b * x.shape[1] + from) * features;
        T* out = y.as<T>() + (b * y.shape[1] + to) * features;
        const T value = T(m.value[e]);
        for (std::int64_t f = 0; f < features; ++f) out[f] += value * in[f];
      }
  });
}

}  // namespace scrim::kernels
