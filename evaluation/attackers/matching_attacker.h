// An attacker who learned which places of two films show the same anatomy (models/patch_likeness.h), held against strangers.
// The second film is turned and scaled in nine ways; the likeness is the largest over them.
#pragma once

#include "evaluation/attackers/cohort_attacker.h"

namespace scrim {

class MatchingAttacker : public CohortAttacker {
 public:
  /// weights: of train_matcher.
  MatchingAttacker(AttackerFacts facts, const std::string& weights, const FilmSet* real_cohort,
                   const FilmSet* released_cohort);
};

}  // namespace scrim
