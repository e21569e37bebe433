#include "tensor/random.h"

#include <gtest/gtest.h>

#include <cmath>

namespace scrim {
namespace {

TEST(Philox, KnownAnswers) {
  // Random123's kat_vectors, philox4x32 with 10 rounds.
  using Words = std::array<std::uint32_t, 4>;
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, DependsOnSeedStreamAndIndexAlone) {
  Random a(1, "x"), b(1, "x");
  const double first = a.uniform(), second = a.uniform();
  EXPECT_EQ(b.uniform_at(1), second);
  EXPECT_EQ(b.uniform_at(0), first);
  EXPECT_NE(Random(1, "y").uniform_at(0), first);
  EXPECT_NE(Random(2, "x").uniform_at(0), first);
  EXPECT_NE(a.split(0).uniform_at(0), a.split(1).uniform_at(0));
  EXPECT_NE(a.split("left").uniform_at(0), a.split("right").uniform_at(0));
}

TEST(Random, HasTheRightMoments) {
  const Random random(3);
  constexpr int count = 200000;
  double uniform = 0, normal = 0, squares = 0;
  for (int i = 0; i < count; ++i) {
    const double u = random.uniform_at(std::uint64_t(i)), n = random.normal_at(std::uint64_t(i));
    ASSERT_TRUE(u >= 0 && u < 1 && std::isfinite(n));
    uniform += u;
    normal += n;
    squares += n * n;
  }
  // five standard deviations of each mean
  EXPECT_NEAR(uniform / count, 0.5, 5 * 0.2887 / std::sqrt(count));
  EXPECT_NEAR(normal / count, 0, 5 / std::sqrt(count));
  EXPECT_NEAR(squares / count, 1, 5 * std::sqrt(2.0 / count));
}

TEST(Random, BelowIsUniform) {
  Random random(4);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70000; ++i) ++counts[std::size_t(random.below(7))];
  for (int count : counts) EXPECT_NEAR(count, 10000, 5 * std::sqrt(10000.0 * 6 / 7));
}

}  // namespace
}  // namespace scrim
