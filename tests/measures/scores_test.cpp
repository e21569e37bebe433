#include "measures/scores.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace scrim::test {
namespace {

std::vector<Scored> random_cases(std::int64_t count, std::uint64_t seed, double separation, int levels) {
  Random random(seed);
  std::vector<Scored> cases;
  for (std::int64_t i = 0; i < count; ++i) {
    const bool positive = random.below(2) == 1;
    double score = random.normal() + (positive ? separation : 0);
    if (levels > 0) score = std::round(score * levels) / levels;  // ties
    cases.push_back({score, positive, double(random.below(3))});
  }
  return cases;
}

/// The probability that a positive scores above a negative, from all pairs of cases.
double auc_by_definition(const std::vector<Scored>& cases) {
  double wins = 0, pairs = 0;
  for (const Scored& p : cases)
    for (const Scored& n : cases) {
      if (!p.positive || n.positive) continue;
      pairs += p.weight * n.weight;
      wins += p.weight * n.weight * (p.score > n.score ? 1 : p.score == n.score ? 0.5 : 0);
    }
  return wins / pairs;
}

TEST(Metrics, AucFollowsItsDefinition) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto cases = random_cases(60, seed, 0.7, seed % 2 ? 3 : 0);
    EXPECT_NEAR(*roc_auc(cases), auc_by_definition(cases), 1e-12);
  }
  EXPECT_FALSE(roc_auc({{1, true}, {2, true}}));
  EXPECT_FALSE(roc_auc({}));
  EXPECT_EQ(*roc_auc({{1, true}, {1, false}}), 0.5);
}

TEST(Metrics, RocCurveEnclosesTheAuc) {
  const auto cases = random_cases(200, 5, 1, 4);
  const auto curve = roc_curve(cases);
  EXPECT_EQ(curve.front().false_positive_rate, 0);
  EXPECT_EQ(curve.back().false_positive_rate, 1);
  EXPECT_EQ(curve.back().true_positive_rate, 1);
  double area = 0;
  for (std::size_t i = 1; i < curve.size(); ++i)
    area += (curve[i].false_positive_rate - curve[i - 1].false_positive_rate) *
            (curve[i].true_positive_rate + curve[i - 1].true_positive_rate) / 2;
  EXPECT_NEAR(area, *roc_auc(cases), 1e-12);
}

TEST(Metrics, ConfusionCountsAndRates) {
  const Confusion c = confusion_at({{0.9, true}, {0.8, false}, {0.4, true}, {0.3, false}, {0.2, false}}, 0.5);
  EXPECT_EQ(c.true_positive, 1);
  EXPECT_EQ(c.false_positive, 1);
  EXPECT_EQ(c.false_negative, 1);
  EXPECT_EQ(c.true_negative, 2);
  EXPECT_DOUBLE_EQ(c.accuracy(), 0.6);
  EXPECT_DOUBLE_EQ(c.precision(), 0.5);
  EXPECT_DOUBLE_EQ(c.recall(), 0.5);
  EXPECT_DOUBLE_EQ(c.f1(), 0.5);
  EXPECT_EQ(Confusion{}.f1(), 0);
}

// For independent cases the deviation of an AUC is known (Hanley and McNeil, Radiology 1982, formula 1).
TEST(Metrics, RetrievalByHand) {
  const std::vector<std::string> patients{"a", "a", "b", "b"};
  const std::vector<std::vector<double>> scores{{9, 5, 6, 1}, {8, 9, 1, 2}, {0, 1, 9, 7}, {1, 0, 3, 9}};
  const Retrieval r = retrieval(scores, patients);
  EXPECT_EQ(r.queries, 4);
  EXPECT_DOUBLE_EQ(r.precision_at_1, 0.75);
  EXPECT_DOUBLE_EQ(r.map_at_r, 0.75);
  // Three films of one patient, R = 2: found at rank 2 alone gives (1/2) / 2.
  const Retrieval three =
      retrieval({{0, 2, 1, 3}, {9, 0, 8, 1}, {9, 8, 0, 1}, {0, 0, 0, 0}}, {"a", "a", "a", "x"});
  EXPECT_EQ(three.queries, 3);
  EXPECT_DOUBLE_EQ(three.precision_at_1, 2.0 / 3);
  EXPECT_DOUBLE_EQ(three.map_at_r, (0.25 + 1 + 1) / 3);
}

}  // namespace
}  // namespace scrim::test
