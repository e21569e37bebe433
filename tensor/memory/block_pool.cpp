#include "tensor/memory/block_pool.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace scrim {
namespace {

constexpr std::size_t alignment = 64, page = 4096, huge_page = 2 << 20;
constexpr std::size_t smallest_paged_block = 16 * page, smallest_piece = huge_page / 8;
constexpr std::size_t smallest_large_block = huge_page / 2;

bool is_large(std::size_t size) {
  return size >= smallest_large_block;
}

/// What a request takes up: sizes in steps, so that few differ.
std::size_t rounded(std::size_t bytes) {
  const std::size_t step = bytes < smallest_paged_block   ? alignment
                           : bytes < smallest_large_block ? page
                                                          : smallest_piece;
  return std::max<std::size_t>(step, (bytes + step - 1) / step * step);
}

/// Fresh memory from the system, large blocks on huge pages where it has them.
void* fresh(std::size_t size) {
  if (size < huge_page) return std::aligned_alloc(alignment, size);
  void* block = nullptr;
  if (::posix_memalign(&block, huge_page, size) != 0) return nullptr;
#if defined(__linux__)
  ::madvise(block, size, MADV_HUGEPAGE);
#endif
  return block;
}

}  // namespace

void* BlockPool::allocate(std::size_t bytes) {
  const std::size_t size = rounded(bytes);
  void* block = nullptr;
  {
    std::lock_guard lock(mutex_);
    in_use_ += size;
    peak_ = std::max(peak_, in_use_);
    block = is_large(size) ? pieces_.take(size) : take_kept(size);
    if (block)
      unused_ -= size;
    else
      make_room();
  }
  if (!block) {
    block = fresh(size);
    std::lock_guard lock(mutex_);
    if (!block) {
      in_use_ -= size;
      throw std::bad_alloc();
    }
    if (is_large(size)) pieces_.add_segment(static_cast<char*>(block), size);
  }
  if (poison_.load(std::memory_order_relaxed)) std::memset(block, 0xFF, size);
  return block;
}

void BlockPool::free(void* block, std::size_t bytes) {
  const std::size_t size = rounded(bytes);
  std::lock_guard lock(mutex_);
  in_use_ -= size;
  unused_ += size;
  // Small ones are never given back at once: glibc before 2.38 loses a piece of memory with many an aligned
  // block that it frees.
  if (is_large(size))
    pieces_.give(static_cast<char*>(block));
  else
    kept_[size].push_back(block);
}

void* BlockPool::take_kept(std::size_t size) {
  const auto found = kept_.find(size);
  if (found == kept_.end()) return nullptr;
  void* block = found->second.back();
  found->second.pop_back();
  if (found->second.empty()) kept_.erase(found);
  return block;
}

/// Before fresh memory is taken: what is held may be a quarter more than the most that was ever in use.
void BlockPool::make_room() {
  while (in_use_ + unused_ > peak_ + peak_ / 4 && release_one()) continue;
}

/// Gives the largest segment that is wholly free back to the system, or else the largest small block.
bool BlockPool::release_one() {
  if (const auto segment = pieces_.remove_free_segment(); segment.begin) {
    unused_ -= segment.size;
    std::free(segment.begin);
    return true;
  }
  if (kept_.empty()) return false;
  const auto last = std::prev(kept_.end());
  std::free(last->second.back());
  unused_ -= last->first;
  last->second.pop_back();
  if (last->second.empty()) kept_.erase(last);
  return true;
}

void BlockPool::release_unused() {
  std::lock_guard lock(mutex_);
  while (release_one()) continue;
}

std::size_t BlockPool::in_use() {
  std::lock_guard lock(mutex_);
  return in_use_;
}
std::size_t BlockPool::peak() {
  std::lock_guard lock(mutex_);
  return peak_;
}
void BlockPool::reset_peak() {
  std::lock_guard lock(mutex_);
  peak_ = in_use_;
}

}  // namespace scrim
