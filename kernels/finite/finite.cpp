#include "kernels/finite/finite.h"

namespace scrim::kernels {

void all_finite(const std::vector<ConstView>& tensors, View flag) {
  require(flag.dtype == DType::f32 && flag.shape.numel() == 1, "all_finite",
          "the flag is {} {}, expected one f32", name_of(flag.dtype), flag.shape.str());
  for (const ConstView& tensor : tensors)
    require(
        tensor.device == flag.device && (wide_type(tensor.dtype) == DType::f32 || tensor.dtype == DType::f64),
        "all_finite", "a tensor of {} on {} came, expected a floating-point type on {}",
        name_of(tensor.dtype), name_of(tensor.device), name_of(flag.device));
  dispatch(all_finite_kernels, flag, tensors, flag);
}

}  // namespace scrim::kernels
