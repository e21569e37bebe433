// Attackers who know that a release shows a part of the patient's film on a donor's, and where (the gate).
//
//   GateAttacker   lays both films on one chest, as the method does, cuts the gate out and looks for it in the other film:
//                  normalized correlation of three band-passes within the gate, at every shift of at most 4 of 64 pixels
//   gate_rows      looks at no picture: place, size and shape of the gate alone (difference_attacker.h)
#pragma once

#include "evaluation/attackers/cohort_attacker.h"
#include "evaluation/attackers/difference_attacker.h"
#include "methods/transplant/film_reader.h"

namespace scrim {

/// The gate [1,64,64,1] of a film's release, in the place of the release. Callable from several threads.
using GateOf = std::function<Tensor(const FilmSet& films, std::int64_t film)>;

class GateAttacker : public CohortAttacker {
 public:
  /// `gate_of`: of released films; of real ones everything is looked at. `lungs` is used as long as this lives.
  GateAttacker(const FilmSet& real_cohort, const FilmSet& released_cohort, const FilmReader& lungs,
               GateOf gate_of);
};

/// For both kinds of films: what the attacker takes a real film's findings for, and what its release shows.
DifferenceAttacker::Rows gate_rows(GateOf gate_of);

}  // namespace scrim
