// An attacker without training: the structures of film_structures.h, held against strangers.
#pragma once

#include "evaluation/attackers/cohort_attacker.h"

namespace scrim {

class CorrelationAttacker : public CohortAttacker {
 public:
  CorrelationAttacker(const FilmSet* real_cohort, const FilmSet* released_cohort);
};

}  // namespace scrim
