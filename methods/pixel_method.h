// Methods that change the film's own pixels: the released film has the film's size and depth.
#pragma once

#include "methods/method.h"

namespace scrim {

/// What a method made of a film's pixels.
struct ChangedPixels {
  Variable film;  ///< of the film's shape, in [0,1]
  Variable
      displacement;  ///< where its pixels come from, relative to their places: [N,h,w,2], from -1 to 1 over the film;
                     ///< undefined for methods that move nothing
  Variable
      kept;  ///< [N,H,W,1], 1 = the film's own pixel stays whatever the displacement says; undefined: nowhere
};

class PixelMethod : public Method {
 public:
  /// film[N,H,W,1] in [0,1], of any size; mask[N,H,W,1].
  virtual ChangedPixels change(const Variable& film, const Variable& mask, const Random& random) const = 0;

  ReleasedFilm release(const FilmInHand& film, const Random& random) const final;
};

}  // namespace scrim
