#include "tensor/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "base/error.h"

namespace scrim {
namespace {

class Parallel : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    before_ = thread_count();
    set_thread_count(GetParam());
  }
  void TearDown() override { set_thread_count(before_); }
  int before_ = 1;
};

TEST_P(Parallel, CoversEveryIndexOnceInRangesOfTheGrain) {
  for (std::int64_t count : {0, 1, 7, 1000}) {
    std::vector<std::atomic<int>> hits(std::size_t(count) + 1);
    parallel_for(count, 3, [&](std::int64_t begin, std::int64_t end) {
      EXPECT_EQ(begin % 3, 0);
      EXPECT_LE(end - begin, 3);
      for (std::int64_t i = begin; i < end; ++i) ++hits[std::size_t(i)];
    });
    for (std::int64_t i = 0; i < count; ++i) EXPECT_EQ(hits[std::size_t(i)], 1) << i;
  }
}

TEST_P(Parallel, RethrowsAndGoesOnWorking) {
  const auto failing = [](std::int64_t begin, std::int64_t) { require(begin != 50, "test", "at {}", begin); };
  EXPECT_THROW(parallel_for(100, 1, failing), Error);
  std::atomic<int> sum = 0;
  parallel_for(100, 1, [&](std::int64_t begin, std::int64_t) { sum += int(begin); });
  EXPECT_EQ(sum, 4950);
}

TEST_P(Parallel, LoopsInsideLoopsRunInPlace) {
  std::atomic<int> sum = 0;
  parallel_for(8, 1, [&](std::int64_t, std::int64_t) {
    const auto outer = std::this_thread::get_id();
    parallel_for(8, 1, [&](std::int64_t, std::int64_t) {
      EXPECT_EQ(std::this_thread::get_id(), outer);
      ++sum;
    });
  });
  EXPECT_EQ(sum, 64);
}

TEST_P(Parallel, SeveralCallersAtOnce) {
  std::atomic<int> sum = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i)
    callers.emplace_back([&] {
      for (int k = 0; k < 50; ++k) parallel_for(20, 1, [&](std::int64_t, std::int64_t) { ++sum; });
    });
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(sum, 3000);
}

INSTANTIATE_TEST_SUITE_P(Threads, Parallel, testing::Values(1, 2, 5));

}  // namespace
}  // namespace scrim
