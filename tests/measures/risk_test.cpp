#include "measures/risk.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "measures/logistic.h"
#include "tensor/random.h"

namespace scrim::test {
namespace {

// Wilson's interval of 10 of 50, by its formula: (0.1124, 0.3304).
TEST(Risk, WilsonOfTheBook) {
  const auto e = wilson({10, 50});
  EXPECT_NEAR(e->interval.low, 0.11244, 1e-5);
  EXPECT_NEAR(e->interval.high, 0.33037, 1e-5);
  EXPECT_EQ(e->value, 0.2);
  EXPECT_EQ(wilson({0, 10})->value, 0);
  EXPECT_FALSE(wilson({0, 0}));
}

TEST(Risk, IsWhatTheControlDoesNotExplain) {
  const auto none = risk({30, 100}, {30, 100});
  EXPECT_EQ(none->value, 0);
  EXPECT_EQ(none->interval.low, 0);
  EXPECT_GT(none->interval.high, 0);
  // Large samples: (0.8 - 0.2) / (1 - 0.2).
  EXPECT_NEAR(risk({80000, 100000}, {20000, 100000})->value, 0.75, 1e-3);
  EXPECT_EQ(risk({10, 100}, {60, 100})->value, 0);  // worse than the control is no risk
  EXPECT_FALSE(risk({1, 2}, {0, 0}));
}

// The interval of the risk holds its truth in 93 to 97 % of draws (1,000 draws: deviation 0.7 %).
TEST(Risk, IntervalCovers) {
  Random random(5);
  int covered = 0;
  for (int i = 0; i < 1000; ++i) {
    Trials attack{0, 200}, control{0, 200};
    for (int k = 0; k < 200; ++k) {
      attack.hits += random.uniform() < 0.6;
      control.hits += random.uniform() < 0.3;
    }
    const auto r = risk(attack, control);
    covered += r->interval.low <= 0.3 / 0.7 && 0.3 / 0.7 <= r->interval.high;
  }
  EXPECT_GE(covered, 930);
  EXPECT_LE(covered, 970);
}

// Two normal clouds with equal covariance: the best log odds are linear, with weights 2 and 1 here.
TEST(LogisticRegression, FindsTheWeightsOfNormalScores) {
  Random random(3);
  std::vector<std::vector<double>> rows;
  std::vector<bool> labels;
  for (int i = 0; i < 8000; ++i) {
    const bool positive = i % 4 == 0;  // the kinds count the same, however many there are
    rows.push_back({random.normal() + 2 * positive, random.normal() + positive});
    labels.push_back(positive);
  }
  const LogisticRegression regression(rows, labels, 0);
  EXPECT_NEAR(regression.weights()[0], 2, 0.12);
  EXPECT_NEAR(regression.weights()[1], 1, 0.12);
  EXPECT_NEAR(regression.bias(), -2.5, 0.2);
  EXPECT_NEAR(regression({1, 0.5}), regression.bias() + regression.weights()[0] + regression.weights()[1] / 2,
              1e-12);
  const LogisticRegression stiff(rows, labels, 10);
  EXPECT_LT(stiff.weights()[0], 0.2);
  EXPECT_THROW(LogisticRegression({{1}, {2}}, {true, true}, 0), Error);
  EXPECT_THROW(LogisticRegression({{1}, {2, 3}}, {true, false}, 0), Error);
}

// Kinds that do not overlap have no finite answer; the penalty gives one.
TEST(LogisticRegression, SeparableKindsStayFinite) {
  const LogisticRegression regression({{0}, {1}, {2}, {3}}, {false, false, true, true}, 1e-3);
  EXPECT_GT(regression({3}), 2);
  EXPECT_LT(regression({3}), 100);
}

}  // namespace
}  // namespace scrim::test
