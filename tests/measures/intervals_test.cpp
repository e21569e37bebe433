#include "measures/intervals.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "measures/distributions.h"
#include "measures/verification.h"

namespace scrim::test {
namespace {

std::vector<GroupedCase> grouped(std::int64_t patients, std::int64_t films, std::uint64_t seed) {
  Random random(seed);
  std::vector<GroupedCase> cases;
  for (std::int64_t p = 0; p < patients; ++p)
    for (std::int64_t i = 0; i < films; ++i) {
      const bool positive = random.below(2) == 1;
      const std::string patient = std::to_string(p);
      cases.push_back({{random.normal() + positive, positive}, patient, patient});
    }
  return cases;
}

TEST(Intervals, BootstrapIntervalHasTheWidthOfTheory) {
  const auto cases = grouped(300, 1, 3);
  std::vector<Scored> plain;
  double positives = 0;
  for (const auto& c : cases) {
    plain.push_back(c.scored);
    positives += c.scored.positive;
  }
  const double a = *roc_auc(plain), negatives = 300 - positives;
  const double q1 = a / (2 - a), q2 = 2 * a * a / (1 + a);
  const double deviation =
      std::sqrt((a * (1 - a) + (positives - 1) * (q1 - a * a) + (negatives - 1) * (q2 - a * a)) /
                (positives * negatives));
  const auto interval = bootstrap_auc(cases, 1000, Random(1));
  ASSERT_TRUE(interval);
  EXPECT_NEAR((interval->high - interval->low) / (2 * 1.96), deviation, 0.2 * deviation);
  EXPECT_LT(interval->low, a);
  EXPECT_GT(interval->high, a);
}

// Ten copies of every case tell no more than one: patients are drawn, not cases.
TEST(Intervals, BootstrapDrawsPatientsNotCases) {
  const auto once = grouped(40, 1, 7);
  std::vector<GroupedCase> copies;
  for (const auto& c : once)
    for (int i = 0; i < 10; ++i) copies.push_back(c);
  const auto narrow = bootstrap_auc(once, 500, Random(1)), wide = bootstrap_auc(copies, 500, Random(1));
  EXPECT_DOUBLE_EQ(narrow->low, wide->low);
  EXPECT_DOUBLE_EQ(narrow->high, wide->high);
}

TEST(Intervals, BootstrapOfAMeanAndOfNothing) {
  const auto a = grouped(50, 2, 1);
  const auto single = bootstrap_auc(a, 300, Random(4)), mean = bootstrap_mean_auc({a, a}, 300, Random(4));
  EXPECT_DOUBLE_EQ(single->low, mean->low);
  EXPECT_FALSE(bootstrap_auc({{{1, true}, "p", "p"}}, 100, Random(1)));
}

TEST(Distributions, AgreeWithTables) {
  // Closed forms for 1 and 2 degrees of freedom; the others by Simpson's rule on the density.
  EXPECT_NEAR(student_t_quantile(1, 0.975), 12.706204736174696, 1e-9);  // tan(0.475 pi)
  EXPECT_NEAR(student_t_quantile(2, 0.975), 0.95 / std::sqrt(2 * 0.975 * 0.025), 1e-11);
  EXPECT_NEAR(student_t_quantile(10, 0.975), 2.2281388519862744, 1e-11);
  EXPECT_NEAR(student_t_quantile(115, 0.975), 1.9808075411038952, 1e-11);
  EXPECT_NEAR(student_t_quantile(10, 0.025), -2.2281388519862744, 1e-11);
  EXPECT_EQ(student_t_quantile(7, 0.5), 0);
  EXPECT_NEAR(incomplete_beta(2, 3, 0.4), 0.5248, 1e-14);        // by hand: 6x^2 - 8x^3 + 3x^4
  EXPECT_NEAR(incomplete_beta(0.5, 0.5, 0.25), 1.0 / 3, 1e-13);  // 2 / pi * asin(sqrt(x))
  for (const double p : {0.001, 0.3, 0.975})
    EXPECT_NEAR(incomplete_beta(3.5, 40, beta_quantile(3.5, 40, p)), p, 1e-12);
}

TEST(Intervals, OfSharesAreThoseOfTheBook) {
  const auto none = exact_share_interval(0, 86);
  EXPECT_EQ(none->low, 0);
  EXPECT_NEAR(none->high, 1 - std::pow(0.025, 1.0 / 86), 1e-12);  // its closed form
  const auto all = exact_share_interval(86, 86);
  EXPECT_EQ(all->high, 1);
  EXPECT_NEAR(all->low, std::pow(0.025, 1.0 / 86), 1e-12);
  // Brown, Cai and DasGupta (2001): the bounds solve the binomial tails, here 2 of 10 by their sums.
  const auto some = exact_share_interval(2, 10);
  const double low = some->low, high = some->high;
  EXPECT_NEAR(1 - std::pow(1 - low, 10) - 10 * low * std::pow(1 - low, 9), 0.025, 1e-12);
  EXPECT_NEAR(
      std::pow(1 - high, 10) + 10 * high * std::pow(1 - high, 9) + 45 * high * high * std::pow(1 - high, 8),
      0.025, 1e-12);
  EXPECT_FALSE(exact_share_interval(0, 0));
}

TEST(Scores, TruePositiveRateAtAFalsePositiveRate) {
  std::vector<Scored> cases{{0.9, true}, {0.8, false}, {0.7, true}, {0.6, true}, {0.5, false}};
  for (double score : {0.4, 0.3}) cases.push_back({score, false});
  EXPECT_NEAR(*true_positive_rate_at(cases, 0), 1.0 / 3, 1e-12);
  EXPECT_NEAR(*true_positive_rate_at(cases, 0.24), 1.0 / 3, 1e-12);
  EXPECT_EQ(*true_positive_rate_at(cases, 0.25), 1);
  EXPECT_FALSE(true_positive_rate_at({{1, true}}, 0.1));
  // A tie across the threshold lets all of it through or none.
  EXPECT_EQ(*true_positive_rate_at({{1, true}, {1, false}, {0, false}}, 0.4), 0);
}

/// Pairs of `patients` with two films each: the two films of one patient, and every pair of patients as strangers. The score of
/// a pair is a normal draw, shifted for one patient, plus what its patients add to all of their pairs.
std::vector<GroupedCase> simulated(std::int64_t patients, double shift, Random& random) {
  std::vector<double> own;
  for (std::int64_t p = 0; p < patients; ++p) own.push_back(0.5 * random.normal());
  std::vector<GroupedCase> cases;
  for (std::int64_t p = 0; p < patients; ++p) {
    const double effect = own[std::size_t(p)];
    const std::string name = std::to_string(p);
    cases.push_back({{shift + random.normal() + 2 * effect, true}, name, name});
    for (std::int64_t other = 0; other < p; ++other)
      cases.push_back(
          {{random.normal() + effect + own[std::size_t(other)], false}, name, std::to_string(other)});
  }
  return cases;
}

/// The share of 1,000 simulated tests whose interval holds the truth.
double coverage(double truth, const std::function<std::optional<Interval>()>& interval) {
  int covered = 0;
  constexpr int repetitions = 1000;
  for (int i = 0; i < repetitions; ++i) {
    const auto of = interval();
    EXPECT_TRUE(of);
    covered += of && of->low <= truth && truth <= of->high;
  }
  testing::Test::RecordProperty("coverage_per_mille", covered);
  return double(covered) / repetitions;
}

double normal_share_below(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

// The nominal 95 %: 93 to 97 % is three standard deviations of 1,000 repetitions. Lists with few strangers a patient get wider
// intervals than they need, up to 99 % (Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 2007).
TEST(Coverage, OfTheJackknifeOnPairsThatSharePatients) {
  Random random(11);
  // Var of a positive: 1 + 4 * 0.25; of a negative: 1 + 2 * 0.25; AUC = Phi(shift / sqrt(sum)).
  for (const double shift : {1.0, 3.2}) {
    const double truth = normal_share_below(shift / std::sqrt(3.5));
    const double share = coverage(truth, [&] { return jackknife_auc(simulated(40, shift, random)); });
    EXPECT_GE(share, 0.93) << truth;
    EXPECT_LE(share, 0.97) << truth;
  }
}

TEST(Coverage, OfTruePositiveRatesOverPatients) {
  const double shift = 2;
  // The quantiles of strangers that a tenth and a hundredth pass, and the pairs of one patient above them.
  for (const auto& [rate, quantile] : {std::pair{0.1, 1.2815515655446004}, {0.01, 2.3263478740408408}}) {
    Random random(12);
    const double truth = normal_share_below((shift - quantile * std::sqrt(1.5)) / std::sqrt(2.0));
    const double share = coverage(truth, [&, rate = rate]() -> std::optional<Interval> {
      const auto intervals =
          bootstrap_true_positive_rates(simulated(60, shift, random), {rate}, 200, random.split("draws"));
      return intervals.empty() ? std::nullopt : std::optional(intervals.front());
    });
    RecordProperty(fmt::format("coverage_at_{}", rate), int(1000 * share));
    EXPECT_GE(share, 0.93) << rate;
    // At 1 % some 18 pairs of strangers decide: what a pair has of its own counts thrice, as in short lists.
    EXPECT_LE(share, rate < 0.05 ? 0.99 : 0.97) << rate;
  }
}

TEST(Coverage, OfADifferenceOverTheSamePatients) {
  Random random(13);
  const double before = 2.4, after = 1.4;
  const double truth =
      normal_share_below(after / std::sqrt(3.5)) - normal_share_below(before / std::sqrt(3.5));
  const double share = coverage(truth, [&]() -> std::optional<Interval> {
    const auto first = simulated(40, before, random);
    auto second = first;  // a weaker attacker with errors of its own: the same spread
    for (GroupedCase& c : second)
      c.scored.score =
          std::sqrt(0.5) * (c.scored.score - (c.scored.positive ? before : 0)) +
          std::sqrt(0.5) * (c.scored.positive ? std::sqrt(2.0) : std::sqrt(1.5)) * random.normal() +
          (c.scored.positive ? after : 0);
    const auto difference = paired_auc_difference(first, second, 200, random.split("draws"));
    return difference ? std::optional(difference->interval) : std::nullopt;
  });
  EXPECT_GE(share, 0.93);
  EXPECT_LE(share, 0.97);
}

TEST(Coverage, OfTheMeanOverPatientsAndSeeds) {
  Random random(14);
  // Each seed has a shift of its own, and errors of its own beside those that patients add to all of them.
  const double shift = 2, spread = 0.3;
  double truth = 0;
  for (int i = 0; i < 20000; ++i)
    truth += normal_share_below((shift + spread * random.normal()) / std::sqrt(3.5)) / 20000;
  const double share = coverage(truth, [&] {
    const auto common = simulated(40, 0, random);
    std::vector<std::vector<GroupedCase>> seeds(5, common);
    for (auto& cases : seeds) {
      const double own = shift + spread * random.normal();
      for (GroupedCase& c : cases) c.scored.score += c.scored.positive ? own : 0;
    }
    return over_seeds(seeds).interval;
  });
  EXPECT_GE(share, 0.93);
  EXPECT_LE(share, 0.97);
}

TEST(Intervals, OfSeedsIsThatOfPatientsWhereSeedsAgreeAndNothingOfOne) {
  const auto cases = grouped(30, 2, 5);
  const auto one = jackknife_auc(cases), same = over_seeds({cases, cases, cases}).interval;
  EXPECT_NEAR(same->low, one->low, 1e-9);
  EXPECT_NEAR(same->high, one->high, 1e-9);
  EXPECT_FALSE(over_seeds({cases}).interval);
  EXPECT_EQ(over_seeds({cases}).aucs.size(), 1u);
}

TEST(Intervals, JackknifeOfAPerfectAttackerReachesNearOneAndNotBeyond) {
  std::vector<GroupedCase> cases;
  for (int p = 0; p < 12; ++p) {
    cases.push_back({{2, true}, std::to_string(p), std::to_string(p)});
    cases.push_back({{1, false}, std::to_string(p), std::to_string((p + 1) % 12)});
  }
  const auto interval = jackknife_auc(cases);
  EXPECT_GT(interval->low, 0.9);
  EXPECT_LT(interval->high, 1);
  EXPECT_FALSE(jackknife_auc({{{1, true}, "p", "p"}}));
}

TEST(Intervals, TruePositiveRateHasAnIntervalOverPatients) {
  Random random(5);
  const auto cases = simulated(60, 2.5, random);
  std::vector<Scored> scored;
  for (const auto& c : cases) scored.push_back(c.scored);
  const double rate = *true_positive_rate_at(scored, 0.05);
  const auto intervals = bootstrap_true_positive_rates(cases, {0.05}, 400, Random(1));
  ASSERT_EQ(intervals.size(), 1u);
  EXPECT_LT(intervals[0].low, rate);
  EXPECT_GT(intervals[0].high, rate);
  EXPECT_GT(intervals[0].high - intervals[0].low, 0.05);
}

}  // namespace
}  // namespace scrim::test
