// What tests ask of the emulated device: the faults that it saw, what it was called for, and settings that a machine
// would have.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace cuda_emulation {

/// Every misuse since the last call, in order: "read of 4 bytes that nobody wrote, ... in kernel ...".
std::vector<std::string> take_faults();
void report(std::string fault);

/// Calls since the last reset, by name: kernels by their body's type, library calls and copies by their function.
std::map<std::string, int> counts();
void reset_counts();
void count(const std::string& call);

// Settings of the machine
void set_device_count(int count);
void set_driver_version(int version);  ///< 0: no driver; below cudaRuntimeGetVersion's: too old
void set_memory(std::size_t bytes);    ///< of each device
struct DeviceLacks {
  bool code = false;  ///< of this program for it
  bool memory_pools = false;
};
void set_device_lacks(int device, DeviceLacks lacks);
/// Pinned memory of the processor that can be had from now on.
void set_pinned_memory(std::size_t bytes);
struct CudnnRefusals {
  bool convolutions = false;  ///< it has no algorithm for any
  bool its_guess = false;     ///< the algorithms that it guesses first do not do their work
  bool guessing = false;      ///< it names no algorithm, and has them all the same
  bool fusion = false;
};
void set_cudnn_refuses(CudnnRefusals refusals);
inline constexpr std::size_t whole_arena = 0;  ///< for set_memory: as much as the emulation has

}  // namespace cuda_emulation
