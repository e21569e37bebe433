#include "tensor/storage.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace scrim {
namespace {

constexpr std::size_t alignment = 64;
constexpr std::size_t page = 4096, smallest_paged_block = 16 * page;
constexpr std::size_t huge_page = 2 << 20, smallest_huge_block = huge_page;

/// Every block of the process passes here. Constructed on first use and never destroyed: tensors with static
/// lifetime may be freed after it would be.
class BlockPool {
 public:
  void* allocate(std::size_t bytes) {
    const std::size_t size = rounded(bytes);
    void* block = nullptr;
    {
      std::lock_guard lock(mutex_);
      in_use_ += size;
      peak_ = std::max(peak_, in_use_);
      if (auto found = kept_.find(size); found != kept_.end()) {
        block = found->second.back();
        found->second.pop_back();
        if (found->second.empty()) kept_.erase(found);
        kept_bytes_ -= size;
      } else {
        while (kept_bytes_ > 0 && in_use_ + kept_bytes_ > peak_ + peak_ / 4) drop_largest();
      }
    }
    if (!block) block = new_block(size);
    if (!block) {
      std::lock_guard lock(mutex_);
      in_use_ -= size;
      throw std::bad_alloc();
    }
    if (poison_.load(std::memory_order_relaxed)) std::memset(block, 0xFF, size);
    return block;
  }

  void free(void* block, std::size_t bytes) {
    const std::size_t size = rounded(bytes);
    std::lock_guard lock(mutex_);
    in_use_ -= size;
    // Small ones are kept too: glibc before 2.38 loses a piece of memory with many an aligned block it frees.
    kept_[size].push_back(block);
    kept_bytes_ += size;
  }

  void release_unused() {
    std::lock_guard lock(mutex_);
    while (kept_bytes_ > 0) drop_largest();
  }

  std::size_t in_use() {
    std::lock_guard lock(mutex_);
    return in_use_;
  }
  std::size_t peak() {
    std::lock_guard lock(mutex_);
    return peak_;
  }
  void reset_peak() {
    std::lock_guard lock(mutex_);
    peak_ = in_use_;
  }
  void poison(bool on) { poison_ = on; }

 private:
  static void* new_block(std::size_t size) {
    if (size < smallest_huge_block) return std::aligned_alloc(alignment, size);
    void* block = nullptr;
    if (::posix_memalign(&block, huge_page, size) != 0) return nullptr;
#if defined(__linux__)
    ::madvise(block, size, MADV_HUGEPAGE);  // a fresh small page costs as much as reading it twice
#endif
    return block;
  }

  static std::size_t rounded(std::size_t bytes) {
    const std::size_t step = bytes < smallest_paged_block  ? alignment
                             : bytes < smallest_huge_block ? page
                                                           : huge_page / 8;
    return std::max<std::size_t>(step, (bytes + step - 1) / step * step);
  }

  void drop_largest() {
    auto last = std::prev(kept_.end());
    std::free(last->second.back());
    kept_bytes_ -= last->first;
    last->second.pop_back();
    if (last->second.empty()) kept_.erase(last);
  }

  std::mutex mutex_;
  std::map<std::size_t, std::vector<void*>> kept_;
  std::size_t kept_bytes_ = 0, in_use_ = 0, peak_ = 0;
  std::atomic<bool> poison_ = false;
};

BlockPool& pool() {
  static BlockPool* the_pool = new BlockPool;
  return *the_pool;
}

std::uint64_t next_stamp() {
  static std::atomic<std::uint64_t> counter = 0;
  return ++counter;
}

}  // namespace

Storage::Storage(std::size_t bytes) : data_(memory::allocate(bytes)), bytes_(bytes), stamp_(next_stamp()) {}

Storage::~Storage() {
  memory::free(data_, bytes_);
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
void* allocate(std::size_t bytes) {
  return pool().allocate(bytes);
}
void free(void* data, std::size_t bytes) {
  pool().free(data, bytes);
}
}  // namespace memory

}  // namespace scrim
