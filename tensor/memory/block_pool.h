// Where all tensors' and kernels' memory comes from. A block that is given back serves later requests,
// because fresh pages cost the kernel as much as reading them twice: small blocks by their exact size, large
// ones by cutting them up and joining the pieces again.
#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>
#include <vector>

#include "tensor/memory/pieces.h"

namespace scrim {

class BlockPool {
 public:
  /// At least `bytes`, aligned to 64. Throws std::bad_alloc.
  void* allocate(std::size_t bytes);
  /// `bytes` as they were asked for.
  void free(void* block, std::size_t bytes);

  void release_unused();
  std::size_t in_use();
  std::size_t peak();
  void reset_peak();
  /// Tests: fill every block with NaN before it is handed out.
  void poison(bool on) { poison_ = on; }

 private:
  void* take_kept(std::size_t size);
  void make_room();
  bool release_one();

  std::mutex mutex_;
  std::map<std::size_t, std::vector<void*>> kept_;  ///< small blocks by size
  Pieces pieces_;                                   ///< of large segments
  std::size_t in_use_ = 0, unused_ = 0, peak_ = 0;  ///< bytes handed out; held but not handed out
  std::atomic<bool> poison_ = false;
};

}  // namespace scrim
