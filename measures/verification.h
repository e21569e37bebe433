// How well an attacker's scores tell pairs of films of one patient from pairs of two: the figures that every attack has.
#pragma once

#include "measures/intervals.h"

namespace scrim {

/// The share of pairs of one patient that are found when this share of the pairs of two patients passes too.
struct RateAt {
  double false_positive_rate = 0;
  /// Nothing when there are too few pairs of two patients to tell: fewer than 1 / false_positive_rate.
  std::optional<double> true_positive_rate;
  std::optional<Interval> interval;  ///< over patients; the exact bound where nothing was hit
};

struct VerificationFigures {
  std::int64_t pairs_of_one = 0, pairs_of_two = 0;
  std::int64_t patients = 0;  ///< in any of them
  std::optional<double> auc;
  std::optional<Interval> interval;  ///< of the AUC: jackknife_auc()
  /// The false positive rate that equals the false negative rate, between two places of the curve by a straight line.
  std::optional<double> equal_error_rate;
  std::vector<RateAt> rates;  ///< at 1, 0.1 and 0.01 %
  std::vector<RateAt> roc;    ///< at roc_places()
};

/// False positive rates of a curve on logarithmic axes: 0.0001 to 1, eight for each factor of ten.
std::vector<double> roc_places();

/// Nothing is known where a kind of pair is missing. `draws`: bootstrap samples of patients, 0 = no intervals of rates.
VerificationFigures verification_figures(const std::vector<GroupedCase>& pairs, std::int64_t draws,
                                         Random random);

/// The mean and the 95 % interval of AUC(second) - AUC(first) over the same samples of patients: two attacks on the same
/// pairs, or one attack on two releases. Both hold the same pairs in the same order. Nothing as for bootstrap_auc().
struct Difference {
  double value = 0;
  Interval interval{};
  /// The smallest true difference that this test would have shown in 80 % of such tests, two-sided at 5 %: (1.96 + 0.84)
  /// standard deviations of the samples (Cohen, "Statistical Power Analysis", 1988, section 2).
  double smallest_shown = 0;
  double p_value = 1;  ///< two-sided: twice the share of samples on the other side of 0, at least 1 / draws
};
std::optional<Difference> paired_auc_difference(const std::vector<GroupedCase>& first,
                                                const std::vector<GroupedCase>& second, std::int64_t draws,
                                                Random random);
/// The same for the mean over several sets, such as findings.
std::optional<Difference> paired_mean_auc_difference(const std::vector<std::vector<GroupedCase>>& first,
                                                     const std::vector<std::vector<GroupedCase>>& second,
                                                     std::int64_t draws, Random random);

/// Which of several tests stand when all are made (Holm, Scandinavian Journal of Statistics 1979): p-values in, adjusted
/// p-values out, in the same order.
std::vector<double> holm_adjusted(const std::vector<double>& p_values);

}  // namespace scrim
