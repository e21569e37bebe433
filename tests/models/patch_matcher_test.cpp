#include "models/patch_matcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/patch_likeness.h"
#include "tests/support/errors.h"
#include "tests/support/op_check.h"

namespace scrim::test {
namespace {

/// The formulas of models/patch_likeness.h as they are written there, in f64.
struct WrittenOut {
  double learned, compared;
};
WrittenOut written_out(const Tensor& a, const Tensor& b, std::int64_t film_a, std::int64_t film_b) {
  const std::int64_t channels = a.size(3);
  const auto at = [&](const Tensor& t, std::int64_t film, std::int64_t y, std::int64_t x, std::int64_t c) {
    return double(t.data<float>()[std::size_t(((film * 16 + y) * 16 + x) * channels + c)]);
  };
  const auto cosine = [&](std::int64_t ya, std::int64_t xa, std::int64_t yb, std::int64_t xb) {
    double product = 0, aa = 0, bb = 0;
    for (std::int64_t y = 0; y < 3; ++y)
      for (std::int64_t x = 0; x < 3; ++x)
        for (std::int64_t c = 0; c < channels; ++c) {
          const double one = at(a, film_a, ya + y, xa + x, c), other = at(b, film_b, yb + y, xb + x, c);
          product += one * other;
          aa += one * one;
          bb += other * other;
        }
    return product / std::sqrt(aa * bb);
  };
  const auto better_half = [](std::vector<double> patches) {
    std::sort(patches.begin(), patches.end(), std::greater<>());
    double mean = 0;
    for (int i = 0; i < 50; ++i) mean += patches[std::size_t(i)] / 50;
    return mean;
  };
  std::vector<std::vector<double>> by_shift(25);
  std::vector<double> soft;
  for (std::int64_t y = 2; y < 12; ++y)
    for (std::int64_t x = 2; x < 12; ++x) {
      double sum = 0, weights = 0;
      for (std::int64_t shift = 0; shift < 25; ++shift) {
        const double one = cosine(y, x, y + shift / 5 - 2, x + shift % 5 - 2);
        weights += std::exp(one / place_temperature);
        sum += std::exp(one / place_temperature) * one;
        by_shift[std::size_t(shift)].push_back(one);
      }
      soft.push_back(sum / weights);
    }
  const auto sum = [](const std::vector<double>& patches) {
    return std::accumulate(patches.begin(), patches.end(), 0.0);
  };
  const auto& best = *std::max_element(by_shift.begin(), by_shift.end(),
                                       [&](const auto& a, const auto& b) { return sum(a) < sum(b); });
  return {better_half(soft), better_half(best)};
}

TEST(PatchLikeness, IsTheFormula) {
  const Tensor a = random_tensor({2, 16, 16, 5}, 1), b = random_tensor({3, 16, 16, 5}, 2);
  const Tensor learned = patch_likenesses(Variable(a), Variable(b)).value();
  ASSERT_EQ(learned.shape(), Shape({2, 3}));
  for (std::int64_t i = 0; i < 2; ++i)
    for (std::int64_t j = 0; j < 3; ++j) {
      const WrittenOut expected = written_out(a, b, i, j);
      EXPECT_NEAR(learned.data<float>()[std::size_t(i * 3 + j)], expected.learned, 1e-5);
      const PlaceFeatures one(a.data<float>().data() + i * 1280, 5),
          other(b.data<float>().data() + j * 1280, 5);
      EXPECT_NEAR(patch_likeness(one, other), expected.compared, 1e-5);
    }
  const PlaceFeatures film(a.data<float>().data(), 5);
  EXPECT_NEAR(patch_likeness(film, film), 1, 1e-5);
  EXPECT_NE(error_of([&] {
              patch_likenesses(Variable(a), Variable(random_tensor({3, 16, 16, 4}, 2)));
            }).find("expected [N,16,16,C] and [M,16,16,C]"),
            std::string::npos);
}

// Places without any structure: features of zeros have no direction.
TEST(PatchLikeness, OfNothingIsZero) {
  const Tensor nothing = Tensor::zeros({1, 16, 16, 4}), film = random_tensor({1, 16, 16, 4}, 3);
  EXPECT_EQ(patch_likenesses(Variable(nothing), Variable(film)).value().item(), 0);
  EXPECT_EQ(patch_likeness(PlaceFeatures(nothing.data<float>().data(), 4),
                           PlaceFeatures(film.data<float>().data(), 4)),
            0);
}

TEST(MatchingLoss, IsTheCrossEntropyOfBothSearches) {
  const double s[3][3] = {{0.9, 0.92, 0.1}, {0.85, 0.95, 0.3}, {0.2, 0.4, 0.5}};
  std::vector<float> values, hidden(9, 0.f);
  for (const auto& row : s) values.insert(values.end(), std::begin(row), std::end(row));
  hidden[1] = hidden[3] = -1e4f;  // films 0 and 1 are of one patient
  double expected = 0;
  for (int i = 0; i < 3; ++i) {
    double by_a = 0, by_b = 0;
    for (int j = 0; j < 3; ++j)
      if (i == j || i + j != 1) {
        by_a += std::exp((s[i][j] - s[i][i]) / film_temperature);
        by_b += std::exp((s[j][i] - s[i][i]) / film_temperature);
      }
    expected += (std::log(by_a) + std::log(by_b)) / 6;
  }
  const Variable likenesses(Tensor::from<float>({3, 3}, values));
  const Tensor own = Tensor::from<std::int64_t>({3}, std::vector<std::int64_t>{0, 1, 2});
  EXPECT_NEAR(matching_loss(likenesses, own, Tensor::from<float>({3, 3}, hidden)).value().item(), expected,
              1e-5);
  EXPECT_GT(matching_loss(likenesses, own, {}).value().item(), expected + 0.1);
}

TEST(PatchMatcher, DoesNotSeeExposure) {
  PatchMatcher matcher({.width = 2, .embed = 3}, Initializer(1));
  matcher.set_training(false);
  const Tensor film = random_tensor({1, 64, 64, 1}, 4, 0.2, 0.6);
  Tensor darker = Tensor::empty(film.shape());
  for (std::size_t i = 0; i < 4096; ++i)
    darker.mutable_data<float>()[i] = 0.7f * film.data<float>()[i] - 0.1f;
  const NoGradient no_gradient;
  const Tensor a = matcher(Variable(film)).value(), b = matcher(Variable(darker)).value();
  ASSERT_EQ(a.shape(), Shape({1, 16, 16, 3}));
  EXPECT_LT(largest_difference(a, b), 1e-3 * largest_value(a));
  EXPECT_NE(error_of([&] {
              matcher(Variable(random_tensor({1, 32, 32, 1}, 4)));
            }).find("expected [N,64,64,1]"),
            std::string::npos);
}

}  // namespace
}  // namespace scrim::test
