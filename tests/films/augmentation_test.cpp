#include "films/augmentation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/op_check.h"

namespace scrim::test {
namespace {

TEST(Augmentation, NothingChangesWithoutSettings) {
  const Tensor film = random_tensor({1, 9, 12, 1}, 4);
  Tensor gray = Tensor::empty(film.shape());
  for (std::size_t i = 0; i < std::size_t(film.numel()); ++i)
    gray.mutable_data<float>()[i] = 0.5f + 0.2f * std::tanh(float(film.to(DType::f64).data<double>()[i]));
  const Tensor same = changed_film(gray, draw_change({}, Random(1)));
  EXPECT_LT(largest_difference(same, gray), 1e-6);
}

TEST(Augmentation, FlipAndShiftByHand) {
  const Tensor film = Tensor::from<float>({1, 2, 4, 1}, {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f});
  const Tensor flipped = changed_film(film, {.xx = -1});
  const Tensor expected = Tensor::from<float>({1, 2, 4, 1}, {0.4f, 0.3f, 0.2f, 0.1f, 0.8f, 0.7f, 0.6f, 0.5f});
  EXPECT_LT(largest_difference(flipped, expected), 1e-6);
  // One pixel of four columns is 2/3 between the centers of the outer ones; the border repeats.
  const Tensor shifted = changed_film(film, {.x0 = 2.0 / 3});
  EXPECT_LT(largest_difference(
                shifted, Tensor::from<float>({1, 2, 4, 1}, {0.2f, 0.3f, 0.4f, 0.4f, 0.6f, 0.7f, 0.8f, 0.8f})),
            1e-6);
  const Tensor bright = changed_film(film, {.gain = 2, .offset = 0.1});
  EXPECT_NEAR(bright.data<float>()[0], 0, 1e-6);
  EXPECT_NEAR(bright.data<float>()[3], 0.4, 1e-6);
}

}  // namespace
}  // namespace scrim::test
