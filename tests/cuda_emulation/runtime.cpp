// The runtime's calls: devices, streams, events, memory, copies.
#include <cuda_runtime.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <set>
#include <utility>

#include "tests/cuda_emulation/device_memory.h"
#include "tests/cuda_emulation/emulation.h"
#include "tests/cuda_emulation/stream.h"

namespace cuda_emulation {
namespace {

constexpr int runtime_version = 13000;
int devices = 1, driver_version = runtime_version;
int current_device = 0;
std::map<int, DeviceLacks> device_lacks;
std::size_t pinned_memory_left = SIZE_MAX;

std::recursive_mutex mutex;  // the loader's thread may call too
std::vector<std::string> faults;
std::size_t faults_seen = 0;  // by a waiting host
std::map<std::string, int> call_counts;
std::set<cudaStream_t> streams;
std::map<const char*, std::size_t> pinned;
std::size_t to_be_freed = 0;

bool is_pinned(const void* address, std::size_t bytes) {
  const char* at = static_cast<const char*>(address);
  auto block = pinned.upper_bound(at);
  if (block == pinned.begin()) return false;
  --block;
  return at + bytes <= block->first + block->second;
}

void write_to_device(void* to, const void* from, std::size_t bytes) {
  if (!DeviceMemory::get().may_write(to, bytes, "a copy to the device")) return;
  std::memcpy(to, from, bytes);
  DeviceMemory::get().mark_written(to, bytes);
}

void read_from_device(void* to, const void* from, std::size_t bytes) {
  if (DeviceMemory::get().may_read(from, bytes, "a copy to the host")) std::memcpy(to, from, bytes);
}

}  // namespace

std::vector<std::string> take_faults() {
  const std::lock_guard lock(mutex);
  faults_seen = 0;
  return std::exchange(faults, {});
}
void report(std::string fault) {
  const std::lock_guard lock(mutex);
  if (faults.size() < 100) faults.push_back(std::move(fault));
}
std::map<std::string, int> counts() {
  const std::lock_guard lock(mutex);
  return call_counts;
}
void reset_counts() {
  const std::lock_guard lock(mutex);
  call_counts.clear();
}
void count(const std::string& call) {
  const std::lock_guard lock(mutex);
  ++call_counts[call];
}
void set_device_count(int count) {
  devices = count;
}
void set_driver_version(int version) {
  driver_version = version;
}
void set_device_lacks(int device, DeviceLacks lacks) {
  device_lacks[device] = lacks;
}
void set_pinned_memory(std::size_t bytes) {
  pinned_memory_left = bytes;
}
void set_memory(std::size_t bytes) {
  DeviceMemory::get().limit = bytes;
}

bool is_stream(cudaStream_t stream) {
  const std::lock_guard lock(mutex);
  return streams.contains(stream);
}

void enqueue(cudaStream_t stream, std::function<void()> work, std::size_t bytes_freed) {
  const std::lock_guard lock(mutex);
  if (stream->capturing) {
    stream->captured.push_back(std::move(work));
    return;
  }
  stream->work.push_back(std::move(work));
  to_be_freed += bytes_freed;
  if (to_be_freed > std::size_t(64) << 20 || stream->work.size() > 10000) run_queue(stream);
}

void run_queue(cudaStream_t stream, std::size_t most) {
  const std::lock_guard lock(mutex);
  if (stream->work.empty()) return;
  const DeviceMemory::Open open;
  for (std::size_t i = 0; i < most && !stream->work.empty(); ++i) {
    const auto work = std::move(stream->work.front());
    stream->work.pop_front();
    work();
  }
  if (stream->work.empty()) to_be_freed = 0;
}

cudaError_t status_after_run() {
  const std::lock_guard lock(mutex);
  const bool is_new = faults.size() > faults_seen;
  faults_seen = faults.size();
  return is_new ? cudaErrorIllegalAddress : cudaSuccess;
}

}  // namespace cuda_emulation

using namespace cuda_emulation;

const char* cudaGetErrorName(cudaError_t status) {
  switch (status) {
    case cudaSuccess:
      return "cudaSuccess";
    case cudaErrorInvalidValue:
      return "cudaErrorInvalidValue";
    case cudaErrorMemoryAllocation:
      return "cudaErrorMemoryAllocation";
    case cudaErrorInvalidConfiguration:
      return "cudaErrorInvalidConfiguration";
    case cudaErrorInsufficientDriver:
      return "cudaErrorInsufficientDriver";
    case cudaErrorInvalidDeviceFunction:
      return "cudaErrorInvalidDeviceFunction";
    case cudaErrorNoKernelImageForDevice:
      return "cudaErrorNoKernelImageForDevice";
    case cudaErrorUnsupportedPtxVersion:
      return "cudaErrorUnsupportedPtxVersion";
    case cudaErrorNoDevice:
      return "cudaErrorNoDevice";
    case cudaErrorInvalidDevice:
      return "cudaErrorInvalidDevice";
    case cudaErrorInvalidResourceHandle:
      return "cudaErrorInvalidResourceHandle";
    case cudaErrorNotReady:
      return "cudaErrorNotReady";
    case cudaErrorIllegalAddress:
      return "cudaErrorIllegalAddress";
    case cudaErrorStreamCaptureUnsupported:
      return "cudaErrorStreamCaptureUnsupported";
    case cudaErrorStreamCaptureInvalidated:
      return "cudaErrorStreamCaptureInvalidated";
  }
  return "cudaErrorUnknown";
}

const char* cudaGetErrorString(cudaError_t status) {
  static std::string text;
  const std::lock_guard lock(mutex);
  if (status == cudaErrorIllegalAddress && !faults.empty())
    text = "an illegal memory access was encountered: " + faults.front();
  else if (status == cudaErrorMemoryAllocation)
    text = "out of memory";
  else
    text = "emulated";
  return text.c_str();
}

cudaError_t cudaGetLastError() {
  return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 0;
  if (driver_version < runtime_version) return cudaErrorInsufficientDriver;
  if (devices == 0) return cudaErrorNoDevice;
  *count = devices;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int index) {
  if (index < 0 || index >= devices) return cudaErrorInvalidDevice;
  current_device = index;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int index) {
  if (index < 0 || index >= devices) return cudaErrorInvalidDevice;
  *properties = {};
  std::strcpy(properties->name, "emulated GPU");
  properties->totalGlobalMem =
      DeviceMemory::get().limit ? DeviceMemory::get().limit : DeviceMemory::arena_bytes;
  properties->major = 9;
  properties->multiProcessorCount = 4;  // few, so that kernels walk their grid in more than one step
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int index) {
  if (!value || attribute != cudaDevAttrMemoryPoolsSupported) return cudaErrorInvalidValue;
  if (index < 0 || index >= devices) return cudaErrorInvalidDevice;
  *value = !device_lacks[index].memory_pools;
  return cudaSuccess;
}
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, void (*kernel)()) {
  if (!attributes || !kernel) return cudaErrorInvalidValue;
  return device_lacks[current_device].code ? cudaErrorNoKernelImageForDevice : cudaSuccess;
}
cudaError_t cudaDeviceReset() {
  if (!device_lacks[current_device].code) report("cudaDeviceReset of a device in use");
  return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int* version) {
  *version = driver_version;
  return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = runtime_version;
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  if (!stream || flags > cudaStreamNonBlocking) return cudaErrorInvalidValue;
  const std::lock_guard lock(mutex);
  *stream = *streams.insert(new EmulatedStream).first;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  if (!is_stream(stream)) return cudaErrorInvalidResourceHandle;
  if (stream->capturing) return cudaErrorStreamCaptureUnsupported;
  count("synchronize");
  run_queue(stream);
  return status_after_run();
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  if (!event || flags > cudaEventDisableTiming) return cudaErrorInvalidValue;
  *event = new EmulatedEvent;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  if (!event || !is_stream(stream)) return cudaErrorInvalidResourceHandle;
  event->recorded = true;
  event->passed = false;
  event->stream = stream;
  enqueue(stream, [event] { event->passed = true; });
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  if (!event) return cudaErrorInvalidResourceHandle;
  if (!event->passed) report("cudaEventDestroy of an event that the stream has yet to pass");
  delete event;
  return cudaSuccess;
}
cudaError_t cudaEventQuery(cudaEvent_t event) {
  if (!event) return cudaErrorInvalidResourceHandle;
  return event->passed ? cudaSuccess : cudaErrorNotReady;
}

namespace {

/// Whether a call that is not of a stream may be made: captures forbid it unless they are relaxed.
bool may_call_beside_captures() {
  return std::all_of(streams.begin(), streams.end(),
                     [](cudaStream_t stream) { return !stream->capturing || stream->capture_is_relaxed; });
}

}  // namespace

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  if (!event) return cudaErrorInvalidResourceHandle;
  count("wait for an event");
  while (!event->passed) run_queue(event->stream, 1);
  return status_after_run();
}

cudaError_t cudaMalloc(void** data, std::size_t bytes) {
  if (!data || bytes == 0) return cudaErrorInvalidValue;
  const std::lock_guard lock(mutex);
  if (!may_call_beside_captures()) return cudaErrorStreamCaptureUnsupported;
  *data = DeviceMemory::get().allocate(bytes);
  return *data ? cudaSuccess : cudaErrorMemoryAllocation;
}
cudaError_t cudaFree(void* data) {
  const std::lock_guard lock(mutex);
  if (!may_call_beside_captures()) return cudaErrorStreamCaptureUnsupported;
  for (cudaStream_t stream : streams) run_queue(stream);  // it waits for the device
  if (!DeviceMemory::get().retire(data)) {
    report("cudaFree of an address that is no living block");
    return cudaErrorInvalidValue;
  }
  DeviceMemory::get().free(data);
  return cudaSuccess;
}
cudaError_t cudaMallocAsync(void** data, std::size_t bytes, cudaStream_t stream) {
  if (!data || bytes == 0) return cudaErrorInvalidValue;
  if (!is_stream(stream)) return cudaErrorInvalidResourceHandle;
  if (stream->capturing) return cudaErrorStreamCaptureUnsupported;  // a node of the graph: not emulated
  const std::lock_guard lock(mutex);
  *data = DeviceMemory::get().allocate(bytes);
  return *data ? cudaSuccess : cudaErrorMemoryAllocation;
}
cudaError_t cudaFreeAsync(void* data, cudaStream_t stream) {
  if (!is_stream(stream)) return cudaErrorInvalidResourceHandle;
  if (stream->capturing) {
    report("cudaFreeAsync in a capture of memory that the graph did not allocate");
    return cudaErrorInvalidValue;
  }
  const std::lock_guard lock(mutex);
  const std::size_t before = DeviceMemory::get().in_use();
  if (!DeviceMemory::get().retire(data)) {
    report("cudaFreeAsync of an address that is no living block");
    return cudaErrorInvalidValue;
  }
  enqueue(
      stream, [data] { DeviceMemory::get().free(data); }, before - DeviceMemory::get().in_use());
  return cudaSuccess;
}
cudaError_t cudaHostAlloc(void** data, std::size_t bytes, unsigned flags) {
  if (!data || bytes == 0 || (flags != cudaHostAllocDefault && flags != cudaHostAllocMapped))
    return cudaErrorInvalidValue;
  const std::lock_guard lock(mutex);
  if (bytes > pinned_memory_left) return cudaErrorMemoryAllocation;
  pinned_memory_left -= pinned_memory_left == SIZE_MAX ? 0 : bytes;
  char* block = new char[bytes];
  pinned[block] = bytes;
  *data = block;
  return cudaSuccess;
}
cudaError_t cudaFreeHost(void* data) {
  const std::lock_guard lock(mutex);
  if (pinned.erase(static_cast<char*>(data)) == 0) return cudaErrorInvalidValue;
  delete[] static_cast<char*>(data);
  return cudaSuccess;
}
cudaError_t cudaMemGetInfo(std::size_t* unused, std::size_t* total) {
  *total = DeviceMemory::get().limit ? DeviceMemory::get().limit : DeviceMemory::arena_bytes;
  *unused = *total - DeviceMemory::get().in_use();
  return cudaSuccess;
}
cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int index) {
  if (!pool || index < 0 || index >= devices) return cudaErrorInvalidValue;
  *pool = reinterpret_cast<cudaMemPool_t>(pool);
  return cudaSuccess;
}
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t pool, std::size_t) {
  return pool ? cudaSuccess : cudaErrorInvalidValue;
}
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t pool, cudaMemPoolAttr, void* value) {
  return pool && value ? cudaSuccess : cudaErrorInvalidValue;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  if (!is_stream(stream)) return cudaErrorInvalidResourceHandle;
  if (!to || !from) return cudaErrorInvalidValue;
  const std::lock_guard lock(mutex);
  const DeviceMemory& memory = DeviceMemory::get();
  const bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
  const bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
  if (memory.contains(to) != to_device || memory.contains(from) != from_device) {
    report("cudaMemcpyAsync: the direction does not fit the addresses");
    return cudaErrorInvalidValue;
  }
  if (kind == cudaMemcpyHostToDevice) {
    count("copy to device");
    enqueue(stream, [=] { write_to_device(to, from, bytes); });  // pageable memory too may be read late
  } else if (kind == cudaMemcpyDeviceToHost) {
    if (stream->capturing && !is_pinned(to, bytes)) return cudaErrorStreamCaptureUnsupported;
    count("copy to host");
    enqueue(stream, [=] { read_from_device(to, from, bytes); });
    if (!is_pinned(to, bytes)) run_queue(stream);  // to pageable memory: complete when the call returns
  } else {
    count("copy on device");
    enqueue(stream, [=] {
      DeviceMemory& there = DeviceMemory::get();
      if (!there.may_write(to, bytes, "a copy on the device") ||
          !there.may_read(from, bytes, "a copy on the device"))
        return;
      std::memmove(to, from, bytes);
      there.mark_written(to, bytes);
    });
  }
  return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream) {
  if (!is_stream(stream)) return cudaErrorInvalidResourceHandle;
  count("memset");
  enqueue(stream, [=] {
    if (!DeviceMemory::get().may_write(to, bytes, "cudaMemsetAsync")) return;
    std::memset(to, value, bytes);
    DeviceMemory::get().mark_written(to, bytes);
  });
  return cudaSuccess;
}
