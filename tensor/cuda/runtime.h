// What this process holds of a GPU: one stream, whose order is the order of everything; a stream-ordered pool that
// keeps what is freed; pinned memory that copies to the device pass through; the complaint slot of its kernels.
// Made at first use, never destroyed: tensors with static lifetime may outlive main().
#pragma once

#include <cuda_runtime.h>

#include <mutex>
#include <vector>

#include "tensor/device.h"

namespace scrim::cuda {

/// What a kernel may find wrong with values that only the device has seen. It writes the code and goes on with
/// something harmless; the next wait for the device throws Error.
enum class Complaint : int { none, index_outside, box_outside, not_a_probability, points_on_a_line };

class Runtime {
 public:
  /// Makes the device current for the calling thread. Throws UsageError when it is not there.
  static Runtime& of(Device device);

  cudaStream_t stream() const { return stream_; }
  /// Where kernels of this device write a Complaint: pinned, seen by both sides.
  int* complaint() const { return complaint_; }
  const cudaDeviceProp& properties() const { return properties_; }

  /// Copies through pinned memory, so that the call returns before the copy is done.
  void copy_in(const void* from, void* to, std::size_t bytes);
  /// Waits for the stream and throws what its kernels complained of.
  void wait();

 private:
  explicit Runtime(int index);

  /// Pinned memory in use until its event has passed.
  struct Staging {
    void* data = nullptr;
    std::size_t bytes = 0;
    cudaEvent_t copied = nullptr;
    std::uint64_t use = 0;  ///< the number of its last copy
  };
  Staging* find_staging(std::size_t bytes);
  /// Null where the processor has no memory to pin.
  Staging* free_staging(std::size_t bytes);

  std::mutex mutex_;
  cudaDeviceProp properties_{};
  cudaStream_t stream_ = nullptr;
  int* complaint_ = nullptr;
  std::vector<Staging> staging_;
  std::size_t pinned_ = 0;  ///< bytes of them
  std::uint64_t uses_ = 0;
};

}  // namespace scrim::cuda
