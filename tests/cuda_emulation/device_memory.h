// The emulated devices' memory: one arena of addresses that the processor may touch only while the device works, with
// one byte of state beside each byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace cuda_emulation {

enum State : std::uint8_t { unknown = 0, allocated = 1, written = 2, freed = 3 };

class DeviceMemory {
 public:
  static DeviceMemory& get();

  /// 256-byte aligned, with a guard behind; null when the limit would be exceeded. Addresses are used again as late as
  /// possible, so that a use after free meets freed memory.
  void* allocate(std::size_t bytes);
  /// The order of a stream decides when the block's end is reached: host calls retire() at the call, the stream free().
  bool retire(void* data);
  void free(void* data);

  bool contains(const void* address) const {
    return static_cast<const char*>(address) >= base_ &&
           static_cast<const char*>(address) < base_ + arena_bytes;
  }
  /// Reports a fault and returns false unless all bytes are inside one living block, and written for reads.
  bool may_read(const void* address, std::size_t bytes, const std::string& who);
  bool may_write(const void* address, std::size_t bytes, const std::string& who);
  void mark_written(void* address, std::size_t bytes);
  State* state_of(const void* address) { return state_ + (static_cast<const char*>(address) - base_); }

  std::size_t in_use() const { return in_use_; }
  std::size_t limit = 0;  ///< bytes; 0: the arena

  /// Opens the arena to the processor while it plays the device.
  class Open {
   public:
    Open();
    ~Open();
  };
  std::string describe(const void* address) const;

  static constexpr std::size_t arena_bytes = std::size_t(32) << 30;

 private:
  DeviceMemory();
  void* allocate_in_ring(std::size_t bytes);
  bool check(const void* address, std::size_t bytes, const std::string& who, bool reading);

  char* base_ = nullptr;
  State* state_ = nullptr;
  struct Block {
    std::size_t bytes;
    bool retired;
  };
  std::map<char*, Block> blocks_;
  /// Addresses go round in a ring that grows when it is full: pages that are there already are the cheap ones.
  std::size_t ring_ = std::size_t(256) << 20;
  std::size_t cursor_ = 0, highest_ = 0, in_use_ = 0;

  int open_ = 0;
};

}  // namespace cuda_emulation
