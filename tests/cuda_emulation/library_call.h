// What the stand-ins of cuDNN and cuBLASLt share: arguments that are looked at when the call comes, memory when the
// stream gets to it.
#pragma once

#include <string>
#include <vector>

#include "tests/cuda_emulation/device_memory.h"
#include "tests/cuda_emulation/emulation.h"
#include "tests/cuda_emulation/stream.h"

namespace cuda_emulation {

/// A range of device memory that a call reads, writes, or both.
struct Range {
  const void* data;
  std::size_t bytes;
  bool read, write;
  const char* name;
};

/// Puts a library's work in the stream: the ranges are checked when it runs, the work is left out when one of them is
/// not what it should be, and what it writes counts as written.
inline void enqueue_checked(cudaStream_t stream, std::string call, std::vector<Range> ranges,
                            std::function<void()> work) {
  count(call);
  enqueue(stream, [call = std::move(call), ranges = std::move(ranges), work = std::move(work)] {
    DeviceMemory& memory = DeviceMemory::get();
    bool fine = true;
    for (const Range& r : ranges) {
      if (r.bytes == 0) continue;
      const std::string who = call + " (" + r.name + ")";
      if (r.read) fine &= memory.may_read(r.data, r.bytes, who);
      if (r.write && !r.read) fine &= memory.may_write(r.data, r.bytes, who);
    }
    if (!fine) return;
    work();
    for (const Range& r : ranges)
      if (r.write && r.bytes > 0) memory.mark_written(const_cast<void*>(r.data), r.bytes);
  });
}

inline bool is_aligned(const void* data, std::size_t to) {
  return reinterpret_cast<std::uintptr_t>(data) % to == 0;
}

}  // namespace cuda_emulation
