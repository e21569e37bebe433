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

TEST(Augmentation, GammaNoiseAndErasedRectangles) {
  const Tensor film = Tensor::full({1, 40, 40, 1}, 0.25);
  const Tensor squared = changed_film(film, {.power = 2});
  EXPECT_NEAR(squared.data<float>()[7], 0.0625, 1e-6);

  const auto noise = draw_change({.noise = 0.2}, Random(3));
  EXPECT_GT(noise.noise, 0);
  EXPECT_LE(noise.noise, 0.2);
  const Tensor first = changed_film(film, noise), again = changed_film(film, noise);
  EXPECT_TRUE(same_bytes(first, again));
  double squares = 0;
  for (const float value : first.data<float>()) squares += (value - 0.25) * (value - 0.25) / 1600;
  EXPECT_NEAR(std::sqrt(squares), noise.noise, 0.1 * noise.noise);

  std::int64_t covered = 0;
  const Tensor hole = changed_film(film, {.top = 0.5, .left = 0.25, .height = 0.25, .width = 0.1, .gray = 1});
  for (const float value : hole.data<float>()) covered += value == 1;
  EXPECT_EQ(covered, 10 * 4);
  EXPECT_EQ(hole.data<float>()[20 * 40 + 10], 1);
  EXPECT_EQ(hole.data<float>()[19 * 40 + 10], 0.25f);
  int erased = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const FilmChange change = draw_change({.erase = 0.5}, Random(seed));
    erased += change.height > 0;
    EXPECT_LE(change.top + change.height, 1);
    EXPECT_LE(change.left + change.width, 1);
  }
  EXPECT_NEAR(erased, 200, 40);
}

}  // namespace
}  // namespace scrim::test
