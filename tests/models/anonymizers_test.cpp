// What the anonymizers promise beyond agreeing with vectors: protected pixels, regions, cells and noise.
#include <gtest/gtest.h>

#include <cmath>

#include "models/dp_pix.h"
#include "models/flow_anonymizer.h"
#include "models/noise_anonymizer.h"
#include "tests/support/op_check.h"

namespace scrim::test {
namespace {

/// 1 in a rectangle in the middle.
Tensor middle_mask(std::int64_t height, std::int64_t width) {
  Tensor mask = Tensor::zeros({1, height, width, 1});
  for (std::int64_t h = height / 4; h < 3 * height / 4; ++h)
    for (std::int64_t w = width / 4; w < 3 * width / 4; ++w)
      mask.mutable_data<float>()[std::size_t(h * width + w)] = 1;
  return mask;
}

TEST(ProtectedAnonymizer, BlendKeepsTheBitsOfProtectedPixels) {
  FlowAnonymizer anonymizer({4, {0.2, WarpOperator::corrected}, Protection::blend}, Initializer(1));
  anonymizer.set_training(false);
  const Tensor x = random_tensor({1, 32, 48, 1}, 2, 0, 1), mask = middle_mask(32, 48);
  const Tensor y = anonymizer(Variable(x), feathered(Variable(mask), 3)).value();
  std::size_t kept = 0, changed = 0;
  for (std::size_t i = 0; i < std::size_t(x.numel()); ++i) {
    if (mask.data<float>()[i] == 1) {
      ASSERT_EQ(y.data<float>()[i], x.data<float>()[i]) << i;
      ++kept;
    } else {
      changed += y.data<float>()[i] != x.data<float>()[i];
    }
  }
  EXPECT_EQ(kept, 16u * 24u);
  EXPECT_GT(changed, 500u);  // the warp does something to the rest
}

TEST(ProtectedAnonymizer, FieldModeFadesTheWarpOutInsideTheMask) {
  const Tensor x = random_tensor({1, 64, 64, 1}, 3, 0, 1);
  const Variable field(Tensor::full({1, 64, 64, 2}, 1)), mask(middle_mask(64, 64));
  const FlowAnonymizer anonymizer({4, {0.05, WarpOperator::corrected}, Protection::field}, Initializer(1));
  const Tensor y = anonymizer.warped(Variable(x), field, mask).film.value();
  const std::size_t center = 32 * 64 + 32, corner = 2 * 64 + 2;
  EXPECT_NEAR(y.data<float>()[center], x.data<float>()[center], 1e-5);  // beyond the reach of the smoothing
  EXPECT_GT(std::abs(y.data<float>()[corner] - x.data<float>()[corner]), 1e-3);
}

TEST(ProtectedAnonymizer, RefusesAMaskOfAnotherSize) {
  const Variable x(Tensor::zeros({1, 32, 32, 1})), field(Tensor::zeros({1, 32, 32, 2}));
  const FlowAnonymizer anonymizer({4, {}, Protection::blend}, Initializer(1));
  EXPECT_THROW(anonymizer.warped(x, field, Tensor::zeros({1, 16, 32, 1})), Error);
  EXPECT_THROW(anonymizer.warped(x, field, {}), Error);
}

TEST(Feathered, KeepsOnesAndFallsOffOutside) {
  const Tensor mask = middle_mask(40, 40);
  const Tensor soft = feathered(Variable(mask), 6).value();
  EXPECT_TRUE(same_bytes(feathered(Variable(mask), 0).value(), mask));
  const auto at = [&](std::size_t column) { return soft.data<float>()[20 * 40 + column]; };
  EXPECT_EQ(at(10), 1);
  EXPECT_GT(at(9), at(7));
  EXPECT_GT(at(7), at(5));
  EXPECT_NEAR(at(2), 0, 1e-6);
}

TEST(NoiseAnonymizer, SensitivityOfZeroKeepsThePixels) {
  NoiseAnonymizer anonymizer({4, 0.3, true}, Initializer(4));
  anonymizer.set_training(false);
  const Tensor x = random_tensor({1, 32, 32, 1}, 5, 0, 1);
  EXPECT_TRUE(same_bytes(anonymizer(Variable(x), Variable(Tensor::zeros(x.shape()))).value(), x));
  const Tensor y = anonymizer(Variable(x)).value();
  EXPECT_GT(largest_difference(y, x), 1e-3);
  EXPECT_LE(largest_difference(y, x), 0.3 + 1e-6);
}

TEST(NoiseAnonymizer, FieldServesAFilmOfAnotherSize) {
  const Variable x(Tensor::full({1, 50, 70, 1}, 0.5)), field(Tensor::full({1, 16, 16, 1}, 1));
  EXPECT_LE(largest_difference(add_noise(x, field, 0.1, {}).value(), Tensor::full({1, 50, 70, 1}, 0.6)),
            1e-6);
}

TEST(DpPix, CellsAreTheirMeanWithLaplaceNoise) {
  const DpPixOptions options{.cell = 4, .pixels = 2, .epsilon = 1};
  const Tensor x = Tensor::full({1, 400, 400, 1}, 0.5);
  const Tensor y = dp_pix(x, options, Random(1));
  double sum = 0, distance = 0;
  for (std::size_t row = 0; row < 400; row += 4)
    for (std::size_t column = 0; column < 400; column += 4) {
      const float value = y.data<float>()[row * 400 + column];
      EXPECT_EQ(y.data<float>()[(row + 3) * 400 + column + 2], value);
      sum += value;
      distance += std::abs(value - 0.5);
    }
  // Laplace(0, 2 / 16): mean distance 1/8, less a little that the clamp at 0 and 1 takes (1/8 * exp(-4)).
  EXPECT_NEAR(sum / 1e4, 0.5, 0.006);
  EXPECT_NEAR(distance / 1e4, 0.125 * (1 - std::exp(-4)), 0.005);
  EXPECT_TRUE(same_bytes(dp_pix(x, options, Random(1)), y));
  EXPECT_FALSE(same_bytes(dp_pix(x, options, Random(2)), y));
}

TEST(DpPix, CellsAtTheBorderMayBeSmaller) {
  // Without noise to speak of, every cell is the mean of its own pixels: 2 rows of 8 in the last row of cells.
  const Tensor x = random_tensor({1, 10, 8, 1}, 5, 0, 1);
  const Tensor y = dp_pix(x, {.cell = 8, .pixels = 1e-9, .epsilon = 1}, Random(1));
  double sum = 0;
  for (std::size_t i = 64; i < 80; ++i) sum += x.data<float>()[i];
  for (std::size_t i = 64; i < 80; ++i) EXPECT_NEAR(y.data<float>()[i], sum / 16, 1e-6);
  EXPECT_NE(y.data<float>()[0], y.data<float>()[79]);
}

}  // namespace
}  // namespace scrim::test
