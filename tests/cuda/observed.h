// What tests see of the emulated device: the calls that it was told, its memory, and what was said.
#pragma once

#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <map>

#include "base/notice.h"
#include "tensor/compute_device.h"
#include "tests/cuda_emulation/emulation.h"
#include "tests/support/op_check.h"

namespace scrim::test {

using cuda_emulation::counts;

/// How often a call was made; its name as counts() has it.
inline int of(const std::map<std::string, int>& calls, const std::string& name) {
  const auto entry = calls.find(name);
  return entry == calls.end() ? 0 : entry->second;
}

inline std::size_t bytes_in_use() {
  std::size_t unused = 0, total = 0;
  EXPECT_EQ(cudaMemGetInfo(&unused, &total), cudaSuccess);
  return total - unused;
}

/// What was said while it lived.
class Notices {
 public:
  Notices() : before_(tell_notices_to([this](const std::string& text) { texts.push_back(text); })) {}
  ~Notices() { tell_notices_to(before_); }
  std::vector<std::string> texts;

 private:
  std::function<void(const std::string&)> before_;
};

inline const Tensor& film() {
  static const Tensor x = to_compute_device(random_tensor({1, 64, 64, 1}, 3, 0, 1));
  return x;
}

}  // namespace scrim::test
