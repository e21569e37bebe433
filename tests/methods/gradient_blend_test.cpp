#include "methods/transplant/gradient_blend.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/errors.h"
#include "tests/support/op_check.h"

namespace scrim::test {
namespace {

/// A picture from a formula of row and column.
template <class Formula>
Tensor picture(std::int64_t height, std::int64_t width, Formula&& formula) {
  Tensor x = Tensor::zeros({1, height, width, 1});
  for (std::int64_t r = 0; r < height; ++r)
    for (std::int64_t c = 0; c < width; ++c)
      x.mutable_data<float>()[std::size_t(r * width + c)] = float(formula(r, c));
  return x;
}

double ring(double r, double c, double middle_r, double middle_c) {
  return std::hypot(r - middle_r, c - middle_c);
}

/// The mean of four neighbors is exact for r^2 - c^2 and r c, so these come back from their rim alone.
TEST(GradientBlend, FillsHarmonicPicturesExactly) {
  const auto formula = [](double r, double c) {
    return 0.2 + 1e-4 * (r - 40) * (r - 40) - 1e-4 * (c - 50) * (c - 50) + 2e-4 * r * c;
  };
  const Tensor whole = picture(90, 131, formula);
  // A ring with a bay, two pieces and a pixel alone.
  const Tensor inside = picture(90, 131, [](double r, double c) {
    const double d = ring(r, c, 40, 50);
    return (d < 33 && d > 7 && !(c > 50 && std::abs(r - 40) < 3)) || ring(r, c, 60, 110) < 12.5 ||
           (r == 80 && c == 5);
  });
  const Tensor holes = picture(90, 131, [&](std::int64_t r, std::int64_t c) {
    const auto i = std::size_t(r * 131 + c);
    return inside.data<float>()[i] > 0 ? -7 : whole.data<float>()[i];
  });
  EXPECT_LT(largest_difference(harmonic_inside(holes, inside), whole), 2e-4 * largest_value(whole));
}

/// Smoothing alone would need far more cycles than there are: corrections must come from coarser grids.
TEST(GradientBlend, SolvesLargePieces) {
  const Tensor whole =
      picture(400, 400, [](double r, double c) { return 1e-5 * (r * r - c * c) + 0.002 * c; });
  const Tensor inside = picture(400, 400, [](double r, double c) { return ring(r, c, 200, 200) < 190; });
  const Tensor holes = picture(400, 400, [&](std::int64_t r, std::int64_t c) {
    const auto i = std::size_t(r * 400 + c);
    return inside.data<float>()[i] > 0 ? 0 : whole.data<float>()[i];
  });
  EXPECT_LT(largest_difference(harmonic_inside(holes, inside), whole), 2e-3 * largest_value(whole));
}

TEST(GradientBlend, LetsNothingThroughTheFilmsEdge) {
  // Free up to the upper edge, 1 on the left, 1 on the right: 1 everywhere.
  const Tensor inside = picture(20, 30, [](double r, double c) { return r < 12 && c > 4 && c < 22; });
  const Tensor values = picture(20, 30, [](double r, double c) { return r < 12 && c > 4 && c < 22 ? 5 : 1; });
  EXPECT_LT(largest_difference(harmonic_inside(values, inside), Tensor::full({1, 20, 30, 1}, 1)), 1e-4);
  // Nothing around.
  EXPECT_EQ(largest_value(harmonic_inside(Tensor::full({1, 5, 4, 1}, 3), Tensor::full({1, 5, 4, 1}, 1))), 0);
}

TEST(GradientBlend, KeepsThePartsGradientsAndTheOthersRim) {
  const Tensor part =
      picture(64, 64, [](double r, double c) { return 0.3 + 0.1 * std::sin(r / 3) * std::cos(c / 2); });
  const Tensor inside = picture(64, 64, [](double r, double c) { return ring(r, c, 30, 33) < 15; });
  // The other picture is brighter by a plane: inside, the part gets the plane added, and nothing else.
  const Tensor other = picture(64, 64, [&](std::int64_t r, std::int64_t c) {
    return part.data<float>()[std::size_t(r * 64 + c)] + 0.2 + 0.003 * double(r) - 0.002 * double(c);
  });
  EXPECT_LT(largest_difference(gradient_blend(part, other, inside), other), 2e-4);
  const Tensor flat = Tensor::full({1, 64, 64, 1}, 0.5);
  const Tensor blended = gradient_blend(part, flat, inside);
  for (std::int64_t i = 0; i < 64 * 64; ++i)
    if (inside.data<float>()[std::size_t(i)] == 0) {
      EXPECT_EQ(blended.data<float>()[std::size_t(i)], 0.5f);
    }
  // In the middle, the second difference is the part's.
  const auto bend = [](const Tensor& x) {
    const float* p = x.data<float>().data() + 30 * 64 + 33;
    return p[1] + p[-1] + p[64] + p[-64] - 4 * p[0];
  };
  EXPECT_NEAR(bend(blended), bend(part), 1e-5);
}

TEST(GradientBlend, RefusesPicturesOfDifferentShapes) {
  expect_contains(error_of([] {
                    harmonic_inside(Tensor::zeros({1, 4, 5, 1}), Tensor::zeros({1, 5, 4, 1}));
                  }),
                  "expected the same");
}

}  // namespace
}  // namespace scrim::test
