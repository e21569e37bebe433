// 95 % intervals of shares, AUCs and ROC curves. Cases may share patients: intervals of scores are over patients.
#pragma once

#include <string>

#include "measures/scores.h"
#include "tensor/random.h"

namespace scrim {

struct Interval {
  double low, high;
};

/// A case with the groups (patients) that it belongs to: both of a pair.
struct GroupedCase {
  Scored scored;
  std::string first_group, second_group;  ///< equal for a case of one patient
};

/// The cases without their groups.
std::vector<Scored> ungrouped(const std::vector<GroupedCase>& cases);

/// Of a share of independent cases, `hits` of `cases`: exact (Clopper and Pearson, Biometrika 1934). 0 of n gives 0 to about
/// 3.7 / n. Nothing when there is no case.
std::optional<Interval> exact_share_interval(std::int64_t hits, std::int64_t cases);

/// Of an AUC whose cases share patients: the jackknife, which leaves out one patient at a time, on the logit of the AUC, with
/// Student's t. It covers high AUCs, which the percentile intervals below miss. An AUC of 0 or 1 counts as half a pair away
/// from it. Nothing when a kind is missing or fewer than three patients can be left out.
std::optional<Interval> jackknife_auc(const std::vector<GroupedCase>& cases);

/// One attacker trained from several seeds, on the same cases.
struct OverSeeds {
  std::vector<double> aucs;  ///< of each seed
  double mean = 0, deviation = 0;
  /// Of the mean: over patients, as above, and over seeds. Both variances add up, with the degrees of freedom of Satterthwaite
  /// (Biometrics Bulletin 1946). Nothing of one seed, and where jackknife_auc() gives nothing.
  std::optional<Interval> interval;
};
/// Throws Error where a kind of case is missing.
OverSeeds over_seeds(const std::vector<std::vector<GroupedCase>>& seeds);

/// The middle 95 % of AUCs over `draws` samples of the groups with replacement (Efron, percentile method). A
/// case counts as often as its groups were drawn, multiplied when they are two. Samples that lack a kind are
/// left out; nothing when more than half do.
std::optional<Interval> bootstrap_auc(const std::vector<GroupedCase>& cases, std::int64_t draws,
                                      Random random);
/// The same for the mean of several AUCs on the same groups; those that a sample does not determine are left
/// out of its mean.
std::optional<Interval> bootstrap_mean_auc(const std::vector<std::vector<GroupedCase>>& sets,
                                           std::int64_t draws, Random random);

/// The mean AUC of each of those samples; nothing where a sample determines none. The samples depend on `random` and on the
/// groups in the order in which cases name them: sets of the same cases get the same samples.
std::vector<std::optional<double>> bootstrap_mean_aucs(const std::vector<std::vector<GroupedCase>>& sets,
                                                       std::int64_t draws, Random random);
/// The middle 95 % of values; at least one.
Interval middle_95(std::vector<double> values);

/// The middle 95 % of means over `draws` samples of the values with replacement. Nothing of fewer than two values.
std::optional<Interval> bootstrap_mean(const std::vector<double>& values, std::int64_t draws, Random random);

/// The middle 95 % of true positive rates at each of these false positive rates over such samples. Each sample finds its own
/// thresholds. Empty where bootstrap_auc gives nothing.
std::vector<Interval> bootstrap_true_positive_rates(const std::vector<GroupedCase>& cases,
                                                    const std::vector<double>& false_positive_rates,
                                                    std::int64_t draws, Random random);
}  // namespace scrim
