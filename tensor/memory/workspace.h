// Workspace: scratch memory of a kernel, freed at the end of the block that made it. Uninitialized.
#pragma once

#include "tensor/memory/storage.h"

namespace scrim {

template <class T>
class Workspace {
 public:
  explicit Workspace(std::size_t count)
      : count_(count), data_(static_cast<T*>(memory::allocate(count * sizeof(T)))) {}
  ~Workspace() { memory::free(data_, count_ * sizeof(T)); }
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  T* data() { return data_; }
  std::size_t size() const { return count_; }
  T& operator[](std::size_t index) { return data_[index]; }

 private:
  std::size_t count_;
  T* data_;
};

}  // namespace scrim
