// How well scores tell two kinds apart, and how close two films are. All in f64, all deterministic.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tensor/random.h"

namespace scrim {

/// A score of a case and whether the case is positive; `weight`: how often it counts.
struct Scored {
  double score;
  bool positive;
  double weight = 1;
};

/// Area under the ROC curve: the probability that a positive scores above a negative, ties counting half
/// (Mann and Whitney, 1947). Nothing when a kind is missing.
std::optional<double> roc_auc(std::vector<Scored> cases);

struct RocPoint {
  double false_positive_rate, true_positive_rate, threshold;
};
/// From (0,0) to (1,1), one point a distinct score.
std::vector<RocPoint> roc_curve(std::vector<Scored> cases);

/// Counts at a threshold: positive is called what scores at or above it.
struct Confusion {
  double true_positive = 0, false_positive = 0, true_negative = 0, false_negative = 0;
  double accuracy() const;
  double precision() const;  ///< 0 when nothing is called positive
  double recall() const;     ///< 0 when nothing is positive
  double f1() const;         ///< 2 tp / (2 tp + fp + fn), 0 when there is nothing to find
};
Confusion confusion_at(const std::vector<Scored>& cases, double threshold);

struct Interval {
  double low, high;
};

/// A case with the groups (patients) that it belongs to: both of a pair.
struct GroupedCase {
  Scored scored;
  std::string first_group, second_group;  ///< equal for a case of one patient
};

/// The middle 95 % of AUCs over `draws` samples of the groups with replacement (Efron, percentile method). A
/// case counts as often as its groups were drawn, multiplied when they are two. Samples that lack a kind are
/// left out; nothing when more than half do.
std::optional<Interval> bootstrap_auc(const std::vector<GroupedCase>& cases, std::int64_t draws,
                                      Random random);
/// The same for the mean of several AUCs on the same groups; those that a sample does not determine are left
/// out of its mean.
std::optional<Interval> bootstrap_mean_auc(const std::vector<std::vector<GroupedCase>>& sets,
                                           std::int64_t draws, Random random);

/// The middle 95 % of true positive rates at false positive rates 0, 1/20, ..., 1 over such samples; empty
/// where bootstrap_auc gives nothing.
std::vector<Interval> bootstrap_roc(const std::vector<GroupedCase>& cases, std::int64_t draws, Random random);

struct Retrieval {
  double precision_at_1 = 0;  ///< share of queries whose best match is of the same patient
  double map_at_r = 0;        ///< Musgrave et al., "A Metric Learning Reality Check", ECCV 2020, section 3.2
  std::int64_t queries = 0;   ///< films of patients with another film in the gallery
};
/// scores[i][j]: how alike query i and gallery film j are; film i itself is left out of its own search.
Retrieval retrieval(const std::vector<std::vector<double>>& scores, const std::vector<std::string>& patients);

}  // namespace scrim
