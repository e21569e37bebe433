// Streams of the emulated device: calls are put in a queue and run when the host waits, as late as the rules allow.
// What a call reads must still be there then.
#pragma once

#include <cuda_runtime.h>

#include <deque>
#include <functional>

struct EmulatedEvent {
  bool recorded = false, passed = true;
  struct EmulatedStream* stream = nullptr;
};

struct EmulatedStream {
  std::deque<std::function<void()>> work;
  bool capturing = false, capture_is_relaxed = false;
  std::deque<std::function<void()>> captured;
};

struct EmulatedGraph {
  std::deque<std::function<void()>> work;
};
struct EmulatedGraphExec {
  std::deque<std::function<void()>> work;
};

namespace cuda_emulation {

bool is_stream(cudaStream_t stream);
/// Puts a piece of work behind all others. `bytes_freed`: what it will free; much of it lets the device catch up.
void enqueue(cudaStream_t stream, std::function<void()> work, std::size_t bytes_freed = 0);
/// Runs what is queued, or its first `most` pieces.
void run_queue(cudaStream_t stream, std::size_t most = SIZE_MAX);
/// The first fault since the last wait, as CUDA's sticky error would say it.
cudaError_t status_after_run();

}  // namespace cuda_emulation
