#include "films/organ_mask.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace scrim::test {
namespace {

TEST(OrganMasks, FillPolygonsByPixelCenters) {
  // A square from (0.25, 0.25) to (0.75, 0.75), and a triangle that leaves the image.
  const Tensor landmarks = Tensor::from<float>(
      {1, 7, 2}, {0.25f, 0.25f, 0.75f, 0.25f, 0.75f, 0.75f, 0.25f, 0.75f, -1, -1, 3, -1, -1, 3});
  const Tensor masks = organ_masks(landmarks, {4, 3}, 8, 8);
  for (std::size_t h = 0; h < 8; ++h)
    for (std::size_t w = 0; w < 8; ++w) {
      const bool inside = h >= 2 && h < 6 && w >= 2 && w < 6;
      EXPECT_EQ(masks.data<float>()[(h * 8 + w) * 2], inside ? 1 : 0) << h << " " << w;
      EXPECT_EQ(masks.data<float>()[(h * 8 + w) * 2 + 1], 1);
    }
}

TEST(OrganMasks, AreaOfACircle) {
  constexpr std::int64_t corners = 90, side = 200;
  Tensor circle = Tensor::empty({1, corners, 2});
  for (std::int64_t i = 0; i < corners; ++i) {
    const double angle = 2 * std::numbers::pi * double(i) / corners;
    circle.mutable_data<float>()[std::size_t(2 * i)] = float(0.5 + 0.3 * std::cos(angle));
    circle.mutable_data<float>()[std::size_t(2 * i + 1)] = float(0.5 + 0.3 * std::sin(angle));
  }
  double area = 0;
  const Tensor mask = organ_masks(circle, {corners}, side, side);
  for (const float value : mask.data<float>()) area += value;
  EXPECT_NEAR(area / (side * side), std::numbers::pi * 0.09, 0.0015);
}

TEST(OrganMasks, RefusesWhatDoesNotFit) {
  EXPECT_THROW(organ_masks(Tensor::zeros({1, 6, 2}), {4, 3}, 8, 8), Error);
  EXPECT_THROW(organ_masks(Tensor::full({1, 3, 2}, std::nan("")), {3}, 8, 8), Error);
}

}  // namespace
}  // namespace scrim::test
