// One launch for many tensors: a network has hundreds of parameters, most of them small. Each is cut into chunks, and a
// block of threads works on one.
//
// `Entry` names a tensor's addresses and has `std::int64_t elements`; `Op` has operator()(const Entry&, std::int64_t i).
#pragma once

#include <vector>

#include "tensor/cuda/launch.h"

namespace scrim::kernels {

template <class Entry, class Op>
struct ManyTensorsKernel {
  static constexpr std::int64_t chunk = 16384;
  static constexpr std::size_t parameter_bytes = 3900;  // of 4096 that every GPU takes
  static constexpr int most = int((parameter_bytes - sizeof(Op)) / (sizeof(Entry) + sizeof(std::int64_t)));
  Op op;
  Entry entries[most];
  std::int64_t end_block[most];  ///< blocks up to and with this tensor's

  __device__ void operator()(std::int64_t block) const {
    int p = 0;
    while (block >= end_block[p]) ++p;
    const std::int64_t first = (block - (p > 0 ? end_block[p - 1] : 0)) * chunk;
    const std::int64_t all = entries[p].elements, last = first + chunk < all ? first + chunk : all;
    for (std::int64_t i = first + threadIdx.x; i < last; i += cuda::threads_per_block) op(entries[p], i);
  }
};

template <class Entry, class Op>
void for_each_element_of(Device device, const std::vector<Entry>& tensors, const Op& op) {
  using Kernel = ManyTensorsKernel<Entry, Op>;
  Kernel kernel{op, {}, {}};
  std::int64_t blocks = 0;
  int count = 0;
  for (const Entry& tensor : tensors) {
    if (tensor.elements == 0) continue;
    if (count == Kernel::most) {
      cuda::for_each_block(device, blocks, kernel);
      count = 0;
      blocks = 0;
    }
    blocks += (tensor.elements + Kernel::chunk - 1) / Kernel::chunk;
    kernel.entries[count] = tensor;
    kernel.end_block[count++] = blocks;
  }
  cuda::for_each_block(device, blocks, kernel);
}

}  // namespace scrim::kernels
