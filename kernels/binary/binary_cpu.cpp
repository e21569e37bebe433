// The reference loops, shared out among the threads; equal shapes run as one row.
#include <algorithm>

#include "kernels/binary/binary_loops.h"
#include "tensor/parallel.h"

namespace scrim::kernels {
namespace {
constexpr std::int64_t elements_per_task = 16384;
}

void binary_cpu(BinaryFunction function, ConstView a, ConstView b, View y) {
  if (a.shape == b.shape) {
    const float *left = a.as<float>(), *right = b.as<float>();
    float* out = y.as<float>();
    parallel_for(y.shape.numel(), elements_per_task, [&](std::int64_t begin, std::int64_t end) {
      binary_flat(function, left, right, out, begin, end);
    });
    return;
  }
  const std::int64_t width = y.shape.rank() == 0 ? 1 : y.shape[y.shape.rank() - 1];
  if (width == 0) return;
  parallel_for(
      y.shape.numel() / width, std::max<std::int64_t>(1, elements_per_task / width),
      [&](std::int64_t begin, std::int64_t end) { binary_rows<float>(function, a, b, y, begin, end); });
}

}  // namespace scrim::kernels
