#include "measures/verification.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"

namespace scrim::test {
namespace {

double normal_share_below(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

/// Patients of two films each and normal scores; `shift` apart. Every pair of patients is a pair of strangers.
std::vector<GroupedCase> normal_pairs(std::int64_t patients, double shift, Random& random) {
  std::vector<GroupedCase> cases;
  for (std::int64_t p = 0; p < patients; ++p) {
    cases.push_back({{shift + random.normal(), true}, std::to_string(p), std::to_string(p)});
    for (std::int64_t q = p + 1; q < patients; ++q)
      cases.push_back({{random.normal(), false}, std::to_string(p), std::to_string(q)});
  }
  return cases;
}

// Two normal distributions a shift apart: AUC = Phi(shift / sqrt 2), the rate at a false positive rate f is
// Phi(shift - Phi^-1(1 - f)), and the equal error rate Phi(-shift / 2).
TEST(Verification, FiguresOfNormalScoresAreThoseOfTheory) {
  Random random(1);
  const auto figures = verification_figures(normal_pairs(400, 2, random), 100, Random(2));
  EXPECT_EQ(figures.pairs_of_one, 400);
  EXPECT_EQ(figures.pairs_of_two, 400 * 399 / 2);
  EXPECT_EQ(figures.patients, 400);
  EXPECT_NEAR(*figures.auc, normal_share_below(2 / std::sqrt(2.0)), 0.02);
  EXPECT_NEAR(*figures.equal_error_rate, normal_share_below(-1), 0.03);
  const double at_99 = 2.3263478740408408, at_999 = 3.0902323061678132;
  EXPECT_NEAR(*figures.rates[0].true_positive_rate, normal_share_below(2 - at_99), 0.07);
  EXPECT_NEAR(*figures.rates[1].true_positive_rate, normal_share_below(2 - at_999), 0.06);
  ASSERT_EQ(figures.roc.size(), roc_places().size());
  for (std::size_t i = 1; i < figures.roc.size(); ++i)
    EXPECT_GE(*figures.roc[i].true_positive_rate, *figures.roc[i - 1].true_positive_rate);
}

TEST(Verification, TooFewStrangersCannotShowALowRate) {
  Random random(1);
  const auto figures = verification_figures(normal_pairs(14, 2, random), 50, Random(2));  // 91 strangers
  EXPECT_FALSE(figures.rates[0].true_positive_rate);
  EXPECT_TRUE(figures.roc.back().true_positive_rate);
}

TEST(Verification, NothingHitHasTheExactBoundOverPatients) {
  std::vector<GroupedCase> cases;
  for (int p = 0; p < 40; ++p) {
    cases.push_back({{0, true}, std::to_string(p), std::to_string(p)});
    for (int q = p + 1; q < 40; ++q) cases.push_back({{1, false}, std::to_string(p), std::to_string(q)});
  }
  const auto figures = verification_figures(cases, 50, Random(2));
  EXPECT_EQ(*figures.rates[0].true_positive_rate, 0);
  EXPECT_EQ(figures.rates[0].interval->low, 0);
  EXPECT_NEAR(figures.rates[0].interval->high, 1 - std::pow(0.025, 1.0 / 40), 1e-12);
}

// By hand: of scores 4+ 3- 2+ 1- the curve goes (0, 1/2), (1/2, 1/2), (1/2, 1): false positives equal misses at 1/2.
TEST(Verification, EqualErrorRateByHand) {
  const std::vector<GroupedCase> cases{
      {{4, true}, "a", "a"}, {{3, false}, "a", "b"}, {{2, true}, "b", "b"}, {{1, false}, "b", "c"}};
  EXPECT_NEAR(*verification_figures(cases, 0, Random(1)).equal_error_rate, 0.5, 1e-12);
  const std::vector<GroupedCase> perfect{{{4, true}, "a", "a"}, {{3, false}, "a", "b"}};
  EXPECT_NEAR(*verification_figures(perfect, 0, Random(1)).equal_error_rate, 0, 1e-12);
}

TEST(Verification, NothingIsKnownWithoutAKindOfPairs) {
  const auto figures = verification_figures({{{1, true}, "a", "a"}}, 10, Random(1));
  EXPECT_FALSE(figures.auc);
  EXPECT_FALSE(figures.equal_error_rate);
  EXPECT_FALSE(figures.rates[0].true_positive_rate);
}

// The same scores twice differ by nothing; a small loss that all patients share shows although each AUC's own interval is wide.
TEST(PairedDifference, SeesWhatIntervalsOfItsOwnHide) {
  Random random(3);
  auto before = normal_pairs(40, 1.5, random);
  const auto none = paired_auc_difference(before, before, 200, Random(1));
  EXPECT_EQ(none->value, 0);
  EXPECT_EQ(none->interval.low, 0);
  EXPECT_EQ(none->interval.high, 0);
  EXPECT_EQ(none->p_value, 1);
  auto after = before;
  for (auto& c : after) c.scored.score -= c.scored.positive ? 0.4 : 0;
  const auto loss = paired_auc_difference(before, after, 200, Random(1));
  EXPECT_LT(loss->interval.high, 0);
  EXPECT_LT(loss->p_value, 0.05);
  const auto own = bootstrap_auc(before, 200, Random(1));
  EXPECT_LT(loss->interval.high - loss->interval.low, own->high - own->low);
  after.pop_back();
  EXPECT_THROW(paired_auc_difference(before, after, 200, Random(1)), Error);
}

// The nominal 95 % within what 300 repetitions can show: 0.95 +- 3 * 0.0126.
TEST(PairedDifference, CoversTheTruth) {
  Random random(17);
  const double truth = normal_share_below(1.2 / std::sqrt(2.0)) - normal_share_below(1.8 / std::sqrt(2.0));
  int covered = 0;
  constexpr int repetitions = 300;
  for (int i = 0; i < repetitions; ++i) {
    auto before = normal_pairs(30, 1.8, random), after = before;
    for (auto& c : after) c.scored.score -= c.scored.positive ? 0.6 : 0;
    const auto d = paired_auc_difference(before, after, 200, random.split(std::uint64_t(i)));
    covered += d->interval.low <= truth && truth <= d->interval.high;
  }
  EXPECT_GE(covered, repetitions * 0.91);
  EXPECT_LE(covered, repetitions * 0.99);
}

TEST(Holm, AdjustsByHand) {
  const auto adjusted = holm_adjusted({0.01, 0.04, 0.03, 0.5});
  EXPECT_NEAR(adjusted[0], 0.04, 1e-12);  // 4 * 0.01
  EXPECT_NEAR(adjusted[2], 0.09, 1e-12);  // 3 * 0.03
  EXPECT_NEAR(adjusted[1], 0.09, 1e-12);  // 2 * 0.04 is below the one before
  EXPECT_NEAR(adjusted[3], 0.5, 1e-12);
}

}  // namespace
}  // namespace scrim::test
