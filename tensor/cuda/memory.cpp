// tensor/memory/device_memory.h on CUDA's own stream-ordered pool.
#include <algorithm>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "tensor/cuda/capture.h"
#include "tensor/cuda/check.h"
#include "tensor/cuda/runtime.h"
#include "tensor/memory/device_memory.h"

namespace scrim::cuda {
namespace {

/// Who holds what, for the message of an allocation that finds no room.
class Holders {
 public:
  void add(void* data, std::size_t bytes, std::string name, std::shared_ptr<GraphPool> pool) {
    const std::lock_guard lock(mutex_);
    blocks_[data] = {std::move(name), bytes, std::move(pool)};
    in_use_ += bytes;
  }
  /// The pool that the block is of, when it is a graph's.
  std::shared_ptr<GraphPool> remove(void* data) {
    const std::lock_guard lock(mutex_);
    const auto block = blocks_.find(data);
    if (block == blocks_.end()) return nullptr;
    in_use_ -= block->second.bytes;
    const auto pool = std::move(block->second.pool);
    blocks_.erase(block);
    return pool;
  }
  std::string largest() {
    const std::lock_guard lock(mutex_);
    std::map<std::string, std::size_t> totals;
    for (const auto& [data, block] : blocks_) totals[block.name] += block.bytes;
    std::vector<std::pair<std::size_t, std::string>> order;
    for (const auto& [name, bytes] : totals) order.emplace_back(bytes, name);
    std::sort(order.rbegin(), order.rend());
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(order.size(), 5); ++i)
      text += fmt::format("\n  {:.1f} MiB  {}", double(order[i].first) / (1 << 20), order[i].second);
    return fmt::format("{:.1f} MiB are in use{}{}", double(in_use_) / (1 << 20),
                       text.empty() ? "" : "; the largest holders:", text);
  }

 private:
  struct Block {
    std::string name;
    std::size_t bytes;
    std::shared_ptr<GraphPool> pool;
  };
  std::mutex mutex_;
  std::unordered_map<void*, Block> blocks_;
  std::size_t in_use_ = 0;
};

Holders& holders() {
  static auto& all = *new Holders;
  return all;
}

std::string holder_name() {
  return memory::holder().empty() ? "outside of a network" : memory::holder();
}

/// From the stream's pool, or null.
void* allocate_in_order(std::size_t bytes, Device device) {
  void* data = nullptr;
  const cudaError_t status =
      cudaMallocAsync(&data, std::max<std::size_t>(bytes, 1), Runtime::of(device).stream());
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    return nullptr;
  }
  check(status, "cudaMallocAsync");
  return data;
}

}  // namespace

void* allocate(std::size_t bytes, Device device) {
  const std::shared_ptr<GraphPool> pool = Capture::current() ? Capture::current()->pool() : nullptr;
  void* data = pool ? pool->allocate(bytes) : allocate_in_order(bytes, device);
  if (!data) {
    std::size_t unused = 0, total = 0;
    SCRIM_CUDA_CHECK(cudaMemGetInfo(&unused, &total));
    throw NoRoomError(
        fmt::format("[cuda] {} has no room for {:.1f} MiB for {}; it has {:.1f} MiB, of which {}. A smaller "
                    "batch or image helps{}",
                    name_of(device), double(bytes) / (1 << 20), holder_name(), double(total) / (1 << 20),
                    holders().largest(), GraphPool::any_in_use() ? ", as does training without replay" : ""));
  }
  holders().add(data, bytes, holder_name(), pool);
  return data;
}

void free(void* data, std::size_t, Device device) {
  if (!data) return;
  if (const auto pool = holders().remove(data)) return pool->free(data);
  if (Capture* capture = Capture::current()) return capture->free_afterwards(data);
  // Called from destructors: a device that has failed, or has gone with the end of the program, is reported by the next
  // call that can throw.
  try {
    if (cudaFreeAsync(data, Runtime::of(device).stream()) != cudaSuccess) cudaGetLastError();
  } catch (const Error&) {
  }
}

void copy_to_device(const void* from, void* to, std::size_t bytes, Device device) {
  Runtime::of(device).copy_in(from, to, bytes);
}

void copy_to_host(const void* from, void* to, std::size_t bytes, Device device) {
  require_no_capture("copies to the processor");
  Runtime& runtime = Runtime::of(device);
  SCRIM_CUDA_CHECK(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, runtime.stream()));
  runtime.wait();
}

void copy_on_device(const void* from, void* to, std::size_t bytes, Device device) {
  SCRIM_CUDA_CHECK(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, Runtime::of(device).stream()));
}

void synchronize(Device device) {
  Runtime::of(device).wait();
}

}  // namespace scrim::cuda
