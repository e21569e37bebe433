#include "kernels/matmul/matmul.h"

namespace scrim::kernels {
namespace {
constexpr KernelTable<Matmul> kernels{"matmul", matmul_reference, matmul_cpu, nullptr};
}

void matmul(ConstView a, ConstView b, View y, const MatmulOptions& options) {
  require_same_type("matmul", a, y);
  require_same_type("matmul", b, y);
  require_rank("matmul", "a", a, 2);
  require_rank("matmul", "b", b, 2);
  const std::int64_t m = a.shape[options.transpose_a ? 1 : 0], k = a.shape[options.transpose_a ? 0 : 1];
  const std::int64_t n = b.shape[options.transpose_b ? 0 : 1];
  require(b.shape[options.transpose_b ? 1 : 0] == k, "matmul", "a {}{} and b {}{} do not fit together", a.shape.str(),
          options.transpose_a ? " transposed" : "", b.shape.str(), options.transpose_b ? " transposed" : "");
  require_shape("matmul", "y", y, {m, n});
  dispatch(kernels, y, a, b, y, options);
}

}  // namespace scrim::kernels
