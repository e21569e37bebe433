#include "kernels/binary/binary_loops.h"

namespace scrim::kernels {

void binary_reference(BinaryFunction function, ConstView a, ConstView b, View y) {
  const std::int64_t width = y.shape.rank() == 0 ? 1 : y.shape[y.shape.rank() - 1];
  if (width == 0) return;
  for_real_type(y.dtype, name_of(function),
                [&]<class T>(T) { binary_rows<T>(function, a, b, y, 0, y.shape.numel() / width); });
}

}  // namespace scrim::kernels
