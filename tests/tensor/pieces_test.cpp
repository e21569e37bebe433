#include "tensor/memory/pieces.h"

#include <gtest/gtest.h>

#include <vector>

#include "tensor/random.h"

namespace scrim::test {
namespace {

TEST(Pieces, SmallestThatFitsIsCutAndJoinedAgain) {
  std::vector<char> memory(1000);
  char* const begin = memory.data();
  Pieces pieces;
  EXPECT_EQ(pieces.take(1), nullptr);
  pieces.add_segment(begin, 1000);
  EXPECT_EQ(pieces.take(1), nullptr);  // handed out whole
  pieces.give(begin);
  char *a = pieces.take(100), *b = pieces.take(300), *c = pieces.take(200);
  EXPECT_EQ(a, begin);
  EXPECT_EQ(b, begin + 100);
  EXPECT_EQ(c, begin + 400);
  pieces.give(b);
  EXPECT_EQ(pieces.take(250), b);  // 300 fit better than the 400 at the end
  EXPECT_EQ(pieces.remove_free_segment().begin, nullptr);
  pieces.give(a);
  pieces.give(c);
  pieces.give(b);
  EXPECT_EQ(pieces.take(1000), begin);  // one piece again
  pieces.give(begin);
  const auto segment = pieces.remove_free_segment();
  EXPECT_EQ(segment.begin, begin);
  EXPECT_EQ(segment.size, 1000u);
}

TEST(Pieces, SegmentsThatTouchAreNotJoined) {
  std::vector<char> memory(200);
  Pieces pieces;
  for (char* segment : {memory.data(), memory.data() + 100}) {
    pieces.add_segment(segment, 100);
    pieces.give(segment);
  }
  EXPECT_EQ(pieces.take(101), nullptr);
  std::vector<char*> left;
  pieces.remove_all([&](char* segment) { left.push_back(segment); });
  EXPECT_EQ(left, (std::vector<char*>{memory.data(), memory.data() + 100}));
}

TEST(Pieces, NeverOverlapAndAllComeBack) {
  constexpr std::size_t size = 4096;
  std::vector<char> memory(size);
  Pieces pieces;
  pieces.add_segment(memory.data(), size);
  pieces.give(memory.data());
  std::vector<int> owner(size, 0);
  std::vector<std::pair<char*, std::size_t>> held;
  Random random(3);
  for (int step = 1; step < 4000; ++step) {
    if (held.empty() || random.below(2) == 0) {
      const auto wanted = std::size_t(1 + random.below(300));
      char* const piece = pieces.take(wanted);
      if (!piece) continue;
      for (std::size_t i = 0; i < wanted; ++i) {
        int& at = owner[std::size_t(piece - memory.data()) + i];
        ASSERT_EQ(at, 0) << "handed out twice in step " << step;
        at = step;
      }
      held.emplace_back(piece, wanted);
    } else {
      std::swap(held[std::size_t(random.below(std::int64_t(held.size())))], held.back());
      const auto [piece, length] = held.back();
      for (std::size_t i = 0; i < length; ++i) owner[std::size_t(piece - memory.data()) + i] = 0;
      pieces.give(piece);
      held.pop_back();
    }
  }
  for (const auto& [piece, length] : held) pieces.give(piece);
  EXPECT_EQ(pieces.take(size), memory.data());
}

}  // namespace
}  // namespace scrim::test
