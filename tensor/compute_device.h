// The device on which networks compute, chosen once at the start of the program. Films, files and metrics stay with
// the processor: a task moves a batch there when it takes it, and brings back what it reads.
#pragma once

#include <string>
#include <utility>

#include "tensor/tensor.h"

namespace scrim {

Device compute_device();
void set_compute_device(Device device);

/// "cpu", "cuda" (the first GPU), "cuda:N", or "auto": the first GPU where there is one that can be used, else the
/// processor. Throws UsageError for other texts, and with the reason for a named GPU that cannot be used.
Device choose_compute_device(const std::string& text);

/// How a GPU computes products: convolutions and matrix products. The processor always computes in f32.
enum class ProductMath {
  f32,   ///< multiplications in f32, as the processor's
  tf32,  ///< f32 tensors, multiplied with 10 bits of mantissa: faster, relative error about 1e-3
  bf16,  ///< operands and results of bfloat16 (7 bits of mantissa), added up in f32
  f16,   ///< operands and results of half precision (10 bits, up to 65504), added up in f32
};
inline constexpr std::pair<const char*, ProductMath> product_maths[] = {{"f32", ProductMath::f32},
                                                                        {"tf32", ProductMath::tf32},
                                                                        {"bf16", ProductMath::bf16},
                                                                        {"f16", ProductMath::f16}};
struct ComputeSettings {
  ProductMath math = ProductMath::f32;
  bool deterministic = true;  ///< only algorithms that give the same bits every time
};
const ComputeSettings& compute_settings();
void set_compute_settings(const ComputeSettings& settings);

/// The type in which products are computed now: always "f32" on the processor.
std::string name_of_math_in_use();

/// The type of a convolution's activations when its input is of `dtype`: f16 or bf16 instead of f32 on a GPU whose products are
/// computed so, else `dtype`.
DType product_type(DType dtype, Device device);

/// The tensor there, or back with the processor: itself when it is there already. Undefined ones stay undefined. What comes
/// back is f32 when it was of 16 bits, which the processor does not compute with.
Tensor to_compute_device(const Tensor& tensor);
Tensor to_host(const Tensor& tensor);

/// Calls visit(tensor) for a tensor, or for those of a struct with for_each_tensor(visit).
template <class Batch, class Visit>
void for_each_tensor_of(Batch&& batch, Visit&& visit) {
  if constexpr (std::is_same_v<std::remove_cvref_t<Batch>, Tensor>)
    visit(batch);
  else
    batch.for_each_tensor(visit);
}
/// The same tensors there.
template <class Batch>
Batch on_compute_device(Batch batch) {
  for_each_tensor_of(batch, [](Tensor& tensor) { tensor = to_compute_device(tensor); });
  return batch;
}

}  // namespace scrim
