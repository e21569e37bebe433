// The .cu files are compiled with the compiler's instrumentation for the thread sanitizer, but against these functions
// instead of its library: every load and store of a kernel passes through here. (The calls are described in LLVM's
// compiler-rt, tsan_interface.h; GCC emits the same.)
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "tests/cuda_emulation/device_memory.h"

namespace cuda_emulation {
extern bool in_kernel;
extern std::string current_kernel;

namespace {

template <std::size_t bytes>
inline void read(const void* address) {
  DeviceMemory& memory = DeviceMemory::get();
  if (!memory.contains(address)) return;
  const State* state = memory.state_of(address);
  bool fine = true;
  for (std::size_t i = 0; i < bytes; ++i) fine &= state[i] == written;
  if (!fine) [[unlikely]]
    memory.may_read(address, bytes, "kernel " + current_kernel);
}

template <std::size_t bytes>
inline void write(void* address) {
  DeviceMemory& memory = DeviceMemory::get();
  if (!memory.contains(address)) return;
  State* state = memory.state_of(address);
  bool fine = true;
  for (std::size_t i = 0; i < bytes; ++i) fine &= state[i] == written || state[i] == allocated;
  if (fine) [[likely]]
    std::memset(state, written, bytes);
  else
    memory.may_write(address, bytes, "kernel " + current_kernel);
}

void read_range(const void* address, std::size_t bytes) {
  DeviceMemory& memory = DeviceMemory::get();
  if (memory.contains(address)) memory.may_read(address, bytes, "kernel " + current_kernel);
}
void write_range(void* address, std::size_t bytes) {
  DeviceMemory& memory = DeviceMemory::get();
  if (memory.contains(address) && memory.may_write(address, bytes, "kernel " + current_kernel))
    memory.mark_written(address, bytes);
}

}  // namespace
}  // namespace cuda_emulation

extern "C" {
using namespace cuda_emulation;

void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_vptr_update(void**, void*) {}
void __tsan_vptr_read(void**) {}

#define ACCESS(bytes)                                 \
  void __tsan_read##bytes(void* address) {            \
    read<bytes>(address);                             \
  }                                                   \
  void __tsan_write##bytes(void* address) {           \
    write<bytes>(address);                            \
  }                                                   \
  void __tsan_unaligned_read##bytes(void* address) {  \
    read<bytes>(address);                             \
  }                                                   \
  void __tsan_unaligned_write##bytes(void* address) { \
    write<bytes>(address);                            \
  }
ACCESS(1)
ACCESS(2)
ACCESS(4)
ACCESS(8)
ACCESS(16)
#undef ACCESS

void __tsan_read_range(void* address, std::size_t bytes) {
  read_range(address, bytes);
}
void __tsan_write_range(void* address, std::size_t bytes) {
  write_range(address, bytes);
}
void* __tsan_memcpy(void* to, const void* from, std::size_t bytes) {
  read_range(from, bytes);
  write_range(to, bytes);
  return std::memcpy(to, from, bytes);
}
void* __tsan_memset(void* to, int value, std::size_t bytes) {
  write_range(to, bytes);
  return std::memset(to, value, bytes);
}
}
