// The device on which networks compute, chosen once at the start of the program. Films, files and metrics stay with
// the processor: a task moves a batch there when it takes it, and brings back what it reads.
#pragma once

#include <string>

#include "tensor/tensor.h"

namespace scrim {

Device compute_device();
void set_compute_device(Device device);

/// "cpu", "cuda" (the first GPU), "cuda:N", or "auto": the first GPU where there is one that can be used, else the
/// processor. Throws UsageError for other texts, and for a GPU that is asked for by name and cannot be used, with why.
Device choose_compute_device(const std::string& text);

/// How a GPU computes products: convolutions and matrix products. The processor always computes in f32.
enum class ProductMath {
  f32,   ///< multiplications in f32, as the processor's
  tf32,  ///< f32 tensors, multiplied with 10 bits of mantissa: faster, relative error about 1e-3
  bf16,  ///< operands and results rounded to bfloat16 (7 bits of mantissa), added up in f32
  f16,   ///< operands and results rounded to half precision (10 bits, up to 65504), added up in f32
};
struct ComputeSettings {
  ProductMath math = ProductMath::f32;
  bool deterministic = true;  ///< only algorithms that give the same bits every time
};
const ComputeSettings& compute_settings();
void set_compute_settings(const ComputeSettings& settings);

/// The tensor there, or back with the processor: itself when it is there already. Undefined ones stay undefined.
Tensor to_compute_device(const Tensor& tensor);
Tensor to_host(const Tensor& tensor);

/// A tensor, or a struct with for_each_tensor(visit), there.
template <class Batch>
Batch on_compute_device(Batch batch) {
  if constexpr (std::is_same_v<Batch, Tensor>)
    return to_compute_device(batch);
  else
    batch.for_each_tensor([](Tensor& tensor) { tensor = to_compute_device(tensor); });
  return batch;
}

}  // namespace scrim
