#include <cmath>

#include "kernels/finite/finite.h"

namespace scrim::kernels {

void all_finite_reference(const std::vector<ConstView>& tensors, View flag) {
  bool finite = true;
  for (const ConstView& tensor : tensors)
    for_floating_type(tensor.dtype, "all_finite", [&]<class T>(T) {
      for (std::int64_t i = 0; i < tensor.shape.numel(); ++i)
        finite &= std::isfinite(Wide<T>(tensor.as<T>()[i]));
    });
  flag.as<float>()[0] = finite ? 1.0f : 0.0f;
}

}  // namespace scrim::kernels
