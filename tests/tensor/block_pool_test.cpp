#include "tensor/memory/block_pool.h"

#include <gtest/gtest.h>

namespace scrim::test {
namespace {

constexpr std::size_t mebibyte = 1 << 20;

TEST(BlockPool, CutsALargeBlockUpAndJoinsItAgain) {
  BlockPool pool;
  void* whole = pool.allocate(8 * mebibyte);
  pool.free(whole, 8 * mebibyte);
  // Three pieces of the same memory, given back in an order that needs both neighbors joined.
  auto* first = static_cast<char*>(pool.allocate(2 * mebibyte));
  auto* second = static_cast<char*>(pool.allocate(2 * mebibyte));
  auto* third = static_cast<char*>(pool.allocate(4 * mebibyte));
  EXPECT_EQ(first, whole);
  EXPECT_EQ(second, first + 2 * mebibyte);
  EXPECT_EQ(third, first + 4 * mebibyte);
  EXPECT_EQ(pool.in_use(), 8 * mebibyte);
  pool.free(first, 2 * mebibyte);
  pool.free(third, 4 * mebibyte);
  pool.free(second, 2 * mebibyte);
  EXPECT_EQ(pool.allocate(8 * mebibyte), whole);
  EXPECT_EQ(pool.peak(), 8 * mebibyte);
  pool.free(whole, 8 * mebibyte);
  EXPECT_EQ(pool.in_use(), 0u);
  pool.release_unused();
}

TEST(BlockPool, NeverJoinsBlocksThatTheSystemGaveApart) {
  BlockPool pool;
  constexpr std::size_t size = 64 * mebibyte;  // the system lays such blocks side by side
  void *a = pool.allocate(size), *b = pool.allocate(size);
  pool.free(a, size);
  pool.free(b, size);
  void* larger = pool.allocate(2 * size);
  EXPECT_NE(larger, a);
  EXPECT_NE(larger, b);
  pool.free(larger, 2 * size);
  pool.release_unused();
}

}  // namespace
}  // namespace scrim::test
