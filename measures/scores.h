// How well scores tell two kinds apart. All in f64, all deterministic.
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
/// The same of cases that are sorted from the highest score down.
std::optional<double> auc_of_sorted(const std::vector<Scored>& cases);
/// The mean of those that are known; nothing when none is.
std::optional<double> mean_of_known(const std::vector<std::optional<double>>& values);
/// The share of positives above the lowest threshold that lets at most this share of negatives through. Nothing when a kind
/// is missing.
std::optional<double> true_positive_rate_at(std::vector<Scored> cases, double false_positive_rate);
/// The same at several rates, of cases that are sorted from the highest score down; empty when a kind is missing.
std::vector<double> true_positive_rates_of_sorted(const std::vector<Scored>& cases,
                                                  const std::vector<double>& false_positive_rates);

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

struct Retrieval {
  double precision_at_1 = 0;  ///< share of queries whose best match is of the same patient
  double map_at_r = 0;        ///< Musgrave et al., "A Metric Learning Reality Check", ECCV 2020, section 3.2
  std::int64_t queries = 0;   ///< films of patients with another film in the gallery
};
/// scores[i][j]: how alike query i and gallery film j are; film i itself is left out of its own search.
Retrieval retrieval(const std::vector<std::vector<double>>& scores, const std::vector<std::string>& patients);

}  // namespace scrim
