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
  EXPECT_DOUBLE_EQ(*hausdorff(view(a), view(b)), 1);
  EXPECT_DOUBLE_EQ(*hausdorff(view(a), view(corner)), std::sqrt(4 + 9));
  EXPECT_EQ(dice(view(none), view(none)), 1);
  EXPECT_EQ(*hausdorff(view(none), view(none)), 0);
  EXPECT_FALSE(hausdorff(view(none), view(a)));
}

}  // namespace
}  // namespace scrim::test
