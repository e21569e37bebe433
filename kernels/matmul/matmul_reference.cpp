#include "kernels/matmul/matmul.h"

namespace scrim::kernels {

void matmul_reference(ConstView a, ConstView b, View y, const MatmulOptions& options) {
  for_real_type(y.dtype, "matmul", [&]<class T>(T) {
    const std::int64_t rows = y.shape[0], columns = y.shape[1], inner = a.shape[options.transpose_a ? 0 : 1];
    const std::int64_t a_row = options.transpose_a ? 1 : inner, a_inner = options.transpose_a ? rows : 1;
    const std::int64_t b_column = options.transpose_b ? inner : 1,
                       b_inner = options.transpose_b ? 1 : columns;
    for (std::int64_t m = 0; m < rows; ++m)
      for (std::int64_t n = 0; n < columns; ++n) {
        T sum = 0;
        for (std::int64_t k = 0; k < inner; ++k)
          sum += a.as<T>()[m * a_row + k * a_inner] * b.as<T>()[k * b_inner + n * b_column];
        y.as<T>()[m * columns + n] = sum;
      }
  });
}

}  // namespace scrim::kernels
