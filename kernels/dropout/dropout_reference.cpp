#include "kernels/binary/binary_loops.h"
#include "kernels/dropout/dropout.h"

namespace scrim::kernels {

void dropout_mask_reference(const Random& random, double p, View mask) {
  bool* keep = mask.as<bool>();
  for (std::int64_t i = 0; i < mask.shape.numel(); ++i) keep[i] = random.uniform_at(std::uint64_t(i)) >= p;
}

void dropout_reference(ConstView x, ConstView keep, double p, View y) {
  for_real_type(x.dtype, "dropout", [&]<class T>(T) {
    const int last = x.shape.rank() - 1;
    const std::int64_t width = last < 0 ? 1 : x.shape[last];
    if (width == 0) return;
    const BroadcastSteps steps(keep.shape, x.shape);
    const std::int64_t step = last < 0 ? 0 : steps.step[last];
    const T scale = T(1 / (1 - p));
    for (std::int64_t row = 0; row < x.shape.numel() / width; ++row) {
      const bool* mask = keep.as<bool>() + steps.row_offset(row, x.shape);
      const T* in = x.as<T>() + row * width;
      T* out = y.as<T>() + row * width;
      for (std::int64_t i = 0; i < width; ++i) out[i] = mask[i * step] ? in[i] * scale : T(0);
    }
  });
}

}  // namespace scrim::kernels
