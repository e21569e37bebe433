#include "measures/overlap.h"

#include <gtest/gtest.h>

#include <cmath>

namespace scrim::test {
namespace {

TEST(Overlap, ByHand) {
  const std::vector<float> a{1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0}, b{0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0},
      none(12, 0.f), corner{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  const auto view = [](const std::vector<float>& m) { return MaskView{m.data(), 3, 4, 1}; };
  EXPECT_DOUBLE_EQ(dice(view(a), view(b)), 0.5);
  EXPECT_DOUBLE_EQ(*hausdorff_95(view(a), view(b)), 1);
  EXPECT_DOUBLE_EQ(*hausdorff_95(view(a), view(corner)), std::sqrt(4 + 9));
  EXPECT_EQ(dice(view(none), view(none)), 1);
  EXPECT_EQ(*hausdorff_95(view(none), view(none)), 0);
  EXPECT_FALSE(hausdorff_95(view(none), view(a)));
}

// One far pixel of twenty or of forty does not count; two of twenty do.
TEST(Overlap, HausdorffForgivesFivePercent) {
  for (const std::int64_t length : {20, 40}) {
    std::vector<float> line(std::size_t(2 * 100), 0.f), with_far = line;
    for (std::int64_t i = 0; i < length; ++i) line[std::size_t(i)] = with_far[std::size_t(i)] = 1;
    with_far[99] = 1;
    const MaskView a{line.data(), 2, 100, 1}, b{with_far.data(), 2, 100, 1};
    // 21 pixels: the 20th smallest way; 41: the 39th.
    EXPECT_DOUBLE_EQ(*hausdorff_95(a, b), 0) << length;
    with_far[98] = 1;
    EXPECT_DOUBLE_EQ(*hausdorff_95(a, b), length == 20 ? 98 - 19.0 : 0) << length;
  }
}

}  // namespace
}  // namespace scrim::test
