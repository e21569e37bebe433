// All attackers together: the scores of each, calibrated and joined by a logistic regression on the validation pairs. Whoever
// has several attackers would do so.
#pragma once

#include "evaluation/identity/identity_test.h"

namespace scrim {

/// The scores of one attacker for all films with all.
struct MixedScores {
  std::string
      family;  ///< attackers of one family (seeds of one training) count as one: the mean of their standardized scores
  const std::vector<float>&valid, &test;
};

struct Joined {
  std::string weights;  ///< "correlation 1.32, learned on real_real 0.41": of standardized scores
  std::vector<float>
      valid;  ///< each pair by a regression that saw neither of its patients: fit for comparisons
  std::vector<float> test;
};

/// Nothing with fewer than two families, or where the validation lacks a kind of pairs.
std::optional<Joined> mixed_scores(const std::vector<MixedScores>& parts, const IdentityTest& valid);

}  // namespace scrim
