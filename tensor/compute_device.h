// The device on which networks compute, chosen once at the start of the program. Films, files and metrics stay with
// the processor: a task moves a batch there when it takes it, and brings back what it reads.
#pragma once

#include "tensor/tensor.h"

namespace scrim {

Device compute_device();
void set_compute_device(Device device);

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
