// What an attack adds to what somebody knows anyway (Giomi et al., "A Unified Framework for Quantifying Privacy Risk in
// Synthetic Data", PETS 2023, sections 3 and 4): risk = (attack - control) / (1 - control).
#pragma once

#include "measures/intervals.h"

namespace scrim {

/// Successes of an attack that was tried this often; half successes of ties are allowed.
struct Trials {
  double hits = 0, count = 0;
};

struct Estimate {
  double value;
  Interval interval;
};

/// The share of hits with Wilson's 95 % interval (Journal of the American Statistical Association 1927). Nothing without a
/// trial.
std::optional<Estimate> wilson(const Trials& trials);

/// The risk with its 95 % interval, from the centers of both shares' intervals, by propagation of their errors; both kept within 0 and 1. Nothing where an
/// estimate is missing.
std::optional<Estimate> risk(const Trials& attack, const Trials& control);

}  // namespace scrim
