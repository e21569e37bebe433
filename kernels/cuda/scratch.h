// Scratch memory of a kernel on the GPU, freed in the stream's order at the end of the block that made it. None for a count of 0.
#pragma once

#include "tensor/memory/device_memory.h"

namespace scrim::kernels {

template <class T>
class Scratch {
 public:
  Scratch(Device device, std::int64_t count)
      : device_(device),
        bytes_(std::size_t(count) * sizeof(T)),
        data_(count > 0 ? static_cast<T*>(cuda::allocate(bytes_, device)) : nullptr) {}
  ~Scratch() { cuda::free(data_, bytes_, device_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  T* data() const { return data_; }

 private:
  Device device_;
  std::size_t bytes_;
  T* data_;
};

}  // namespace scrim::kernels
