#include "tensor/memory/storage.h"

#include <atomic>

#include "tensor/memory/block_pool.h"
#include "tensor/memory/device_memory.h"

namespace scrim {
namespace {

/// Constructed on first use and never destroyed: tensors with static lifetime may be freed after it would be.
BlockPool& pool() {
  static BlockPool* the_pool = new BlockPool;
  return *the_pool;
}

std::uint64_t next_stamp() {
  static std::atomic<std::uint64_t> counter = 0;
  return ++counter;
}

std::atomic<std::uint64_t> replays = 0;

}  // namespace

Storage::Storage(std::size_t bytes, Device device)
    : data_(device.is_cuda() ? cuda::allocate(bytes, device) : memory::allocate(bytes)),
      bytes_(bytes),
      device_(device),
      stamp_(next_stamp()) {}

Storage::~Storage() {
  if (device_.is_cuda())
    cuda::free(data_, bytes_, device_);
  else
    memory::free(data_, bytes_);
}

std::uint64_t Storage::stamp() const {
  constexpr int replay_bits = 24;  // far more stamps and replays than a process can make
  return device_.is_cuda() ? stamp_ + (replays.load() << (64 - replay_bits)) : stamp_;
}

void* Storage::mutable_data() {
  stamp_ = next_stamp();
  return data_;
}

namespace memory {
std::size_t bytes_in_use() {
  return pool().in_use();
}
std::size_t peak_bytes() {
  return pool().peak();
}
void reset_peak() {
  pool().reset_peak();
}
void release_unused() {
  pool().release_unused();
}
void poison_new_storage(bool on) {
  pool().poison(on);
}
void note_replay() {
  ++replays;
}
std::string& holder() {
  thread_local std::string path;
  return path;
}
void* allocate(std::size_t bytes) {
  return pool().allocate(bytes);
}
void free(void* data, std::size_t bytes) {
  pool().free(data, bytes);
}
}  // namespace memory

}  // namespace scrim
