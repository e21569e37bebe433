#include "kernels/matmul/matmul.h"

#include <type_traits>

namespace scrim::kernels {

Shape matmul_output_shape(const Shape& a, const Shape& b, const MatmulOptions& options) {
  const int rank = a.rank(), row = rank - 2, column = rank - 1;
  const bool fits = (rank == 2 || rank == 3) && b.rank() == rank && (rank == 2 || a[0] == b[0]) &&
                    a[options.transpose_a ? row : column] == b[options.transpose_b ? column : row];
  require(fits, "matmul", "a {}{} and b {}{} do not fit together", a.str(),
          options.transpose_a ? " transposed" : "", b.str(), options.transpose_b ? " transposed" : "");
  Shape y = a;
  y[row] = a[options.transpose_a ? column : row];
  y[column] = b[options.transpose_b ? row : column];
  return y;
}

void matmul(ConstView a, ConstView b, View y, const MatmulOptions& options) {
  require_same_type("matmul", a, y);
  require_same_type("matmul", b, y);
  require_shape("matmul", "y", y, matmul_output_shape(a.shape, b.shape, options));
  if (y.device.is_cuda()) return dispatch(matmul_kernels, y, a, b, y, options);  // all matrices at once
  const auto matrix = [](const auto& view, std::int64_t index) {
    const int rank = view.shape.rank();
    auto result = view;
    result.shape = {view.shape[rank - 2], view.shape[rank - 1]};
    using Byte =
        std::conditional_t<std::is_const_v<std::remove_pointer_t<decltype(view.data)>>, const char, char>;
    result.data =
        static_cast<Byte*>(view.data) + index * result.shape.numel() * std::int64_t(size_of(view.dtype));
    return result;
  };
  for (std::int64_t i = 0; i < (y.shape.rank() == 3 ? y.shape[0] : 1); ++i)
    dispatch(matmul_kernels, y, matrix(a, i), matrix(b, i), matrix(y, i), options);
}

}  // namespace scrim::kernels
