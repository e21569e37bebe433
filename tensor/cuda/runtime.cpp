#include "tensor/cuda/runtime.h"

#include <cstring>
#include <map>
#include <memory>

#include "tensor/cuda/capture.h"
#include "tensor/cuda/check.h"
#include "tensor/memory/device_memory.h"

namespace scrim::cuda {

void check(cudaError_t status, const char* call) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // a later call is not to report this one again
  fail("cuda", "{}: {} ({})", call, cudaGetErrorString(status), cudaGetErrorName(status));
}

namespace {

std::string text_of(Complaint complaint) {
  switch (complaint) {
    case Complaint::index_outside:
      return "[gather] an index lies outside its axis";
    case Complaint::box_outside:
      return "[roi_align] a box is not finite, far too large, or names an image that is not there";
    case Complaint::not_a_probability:
      return "[bce] a prediction is no probability";
    case Complaint::points_on_a_line:
      return "[thin_plate] the points are all on a line, two of them are in one place, or one is not finite";
    case Complaint::none:
      break;
  }
  return "[cuda] a kernel complained of its input";
}

}  // namespace

Runtime& Runtime::of(Device device) {
  static std::mutex mutex;
  static auto& runtimes = *new std::map<int, std::unique_ptr<Runtime>>;
  const std::lock_guard lock(mutex);
  auto& runtime = runtimes[device.index];
  if (!runtime) {
    if (const std::string reason = obstacle(device); !reason.empty()) throw UsageError("[cuda] " + reason);
    runtime.reset(new Runtime(device.index));
  }
  SCRIM_CUDA_CHECK(cudaSetDevice(device.index));
  return *runtime;
}

Runtime::Runtime(int index) {
  SCRIM_CUDA_CHECK(cudaSetDevice(index));
  SCRIM_CUDA_CHECK(cudaGetDeviceProperties(&properties_, index));
  SCRIM_CUDA_CHECK(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking));
  cudaMemPool_t pool = nullptr;
  SCRIM_CUDA_CHECK(cudaDeviceGetDefaultMemPool(&pool, index));
  std::uint64_t keep_all = UINT64_MAX;
  SCRIM_CUDA_CHECK(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep_all));
  SCRIM_CUDA_CHECK(cudaHostAlloc(reinterpret_cast<void**>(&complaint_), sizeof(int), cudaHostAllocMapped));
  *complaint_ = 0;
}

Runtime::Staging* Runtime::find_staging(std::size_t bytes) {
  Staging* chosen = nullptr;
  for (Staging& staging : staging_) {
    if (staging.bytes < bytes || (chosen && chosen->bytes <= staging.bytes)) continue;
    const cudaError_t status = cudaEventQuery(staging.copied);
    if (status == cudaErrorNotReady) continue;
    SCRIM_CUDA_CHECK(status);
    chosen = &staging;
  }
  return chosen;
}

Runtime::Staging* Runtime::free_staging(std::size_t bytes) {
  constexpr std::size_t most_pinned = std::size_t(64) << 20;
  const std::size_t rounded = (bytes + 4095) / 4096 * 4096;
  if (Staging* staging = find_staging(bytes)) return staging;
  if (!staging_.empty() && pinned_ + rounded > most_pinned) {
    // Loading a network hands over hundreds of tensors at once: waiting is cheaper than pinning a second copy of it. For the
    // oldest copy that is large enough, not for all that the device was told since.
    const Staging* oldest = nullptr;
    for (const Staging& staging : staging_)
      if (staging.bytes >= bytes && (!oldest || staging.use < oldest->use)) oldest = &staging;
    if (oldest) {
      SCRIM_CUDA_CHECK(cudaEventSynchronize(oldest->copied));
      return find_staging(bytes);
    }
    SCRIM_CUDA_CHECK(cudaStreamSynchronize(stream_));
    for (const Staging& staging : staging_) {
      SCRIM_CUDA_CHECK(cudaFreeHost(staging.data));
      SCRIM_CUDA_CHECK(cudaEventDestroy(staging.copied));
    }
    staging_.clear();
    pinned_ = 0;
  }
  Staging staging{.bytes = rounded};
  const cudaError_t status = cudaHostAlloc(&staging.data, rounded, cudaHostAllocDefault);
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    return nullptr;
  }
  check(status, "cudaHostAlloc");
  SCRIM_CUDA_CHECK(cudaEventCreateWithFlags(&staging.copied, cudaEventDisableTiming));
  pinned_ += rounded;
  staging_.push_back(staging);
  return &staging_.back();
}

void Runtime::copy_in(const void* from, void* to, std::size_t bytes) {
  require_no_capture("copies from the processor");
  const std::lock_guard lock(mutex_);
  Staging* staging = free_staging(bytes);
  if (!staging) {  // CUDA takes pageable memory too, but does not promise to have read it when the call returns
    SCRIM_CUDA_CHECK(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream_));
    SCRIM_CUDA_CHECK(cudaStreamSynchronize(stream_));
    return;
  }
  staging->use = ++uses_;
  std::memcpy(staging->data, from, bytes);
  SCRIM_CUDA_CHECK(cudaMemcpyAsync(to, staging->data, bytes, cudaMemcpyHostToDevice, stream_));
  SCRIM_CUDA_CHECK(cudaEventRecord(staging->copied, stream_));
}

void Runtime::wait() {
  require_no_capture("waits for the device");
  SCRIM_CUDA_CHECK(cudaStreamSynchronize(stream_));
  const auto complaint = static_cast<Complaint>(*static_cast<volatile int*>(complaint_));
  if (complaint == Complaint::none) return;
  *complaint_ = 0;
  throw Error(text_of(complaint));
}

}  // namespace scrim::cuda
