// What an attacker does before he compares: he brings released films nearer to what they were.
//
//   network        a U-Net that learned to undo the method, from releases of other patients' films
//   inverse_warp   for methods that move pixels, with the network in hand: the film x whose warp is the release, by fixed point
//   inversion      for any method with a network in hand: the film whose release comes closest, by gradient descent
//   averaging      for methods that draw numbers: the mean of several releases of one film
//   gate           for methods that keep a part of the film: the rest, which is a donor's, is covered
#pragma once

#include <memory>
#include <string>

#include "films/film_set.h"

namespace scrim {

class Restorer {
 public:
  virtual ~Restorer() = default;
  /// "inverse warp".
  virtual std::string name() const = 0;
  /// What it needs besides released films, in words.
  virtual std::string knows() const = 0;
  /// What the attacker makes of the releases of `real`, index by index. `real` names the films, and is released again where that
  /// is the attack; `draw`: other releases for another number.
  virtual FilmSet restored(const FilmSet& real, const FilmSet& released, std::uint64_t draw = 0) const = 0;
};

}  // namespace scrim
