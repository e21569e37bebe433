// Storage owns the bytes of tensors. On the processor, freed blocks of 64 KiB and more are kept for reuse, since fresh pages
// from the system cost as much as a pass over the data; what is kept never lifts the total over five quarters
// of the peak of the bytes in use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tensor/device.h"

namespace scrim {

class Storage {
 public:
  /// Uninitialized bytes, aligned to 64. Throws std::bad_alloc, or Error when a GPU has no room or is not there.
  explicit Storage(std::size_t bytes, Device device = Device::cpu);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  const void* data() const { return data_; }
  /// Lends the bytes for writing: what was derived from the old content is out of date from here on.
  void* mutable_data();
  std::size_t bytes() const { return bytes_; }
  /// Differs between any two contents that any Storage of this process has had.
  std::uint64_t stamp() const;

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
  Device device_;
  std::uint64_t stamp_ = 0;
};

namespace memory {
std::size_t bytes_in_use();  ///< owned by living Storages and workspaces
std::size_t peak_bytes();    ///< the largest bytes_in_use() since the last reset_peak()
void reset_peak();
void release_unused();  ///< gives kept blocks back to the system

/// Tests: fill new storage with quiet NaN (0xFF bytes), so that a cell which was never written shows.
void poison_new_storage(bool on);

/// A replay may have written into any tensor on a GPU: DeviceGraph.
void note_replay();

/// Who asks for memory on this thread: the path of the network's part, empty outside of one. For messages of a GPU
/// that has no room.
std::string& holder();

void* allocate(std::size_t bytes);  ///< what Storage uses; 64-byte aligned
void free(void* data, std::size_t bytes);
}  // namespace memory

}  // namespace scrim
