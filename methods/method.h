// What every method is: a film comes in, the film that may be released goes out, at the film's own size and depth.
#pragma once

#include <string>

#include "layers/module.h"
#include "tensor/random.h"

namespace scrim {

/// What a method made of a film.
struct Release {
  Variable film;  ///< of the film's shape, in [0,1]
  Variable
      displacement;  ///< where its pixels come from, relative to their places: [N,h,w,2], from -1 to 1 over the film;
                     ///< undefined for methods that move nothing
  Variable
      kept;  ///< [N,H,W,1], 1 = the film's own pixel stays whatever the displacement says; undefined: nowhere
};

class Method {
 public:
  virtual ~Method() = default;

  /// film[N,H,W,1] in [0,1], of any size. mask[N,H,W,1] in [0,1], 1 = organ: looked at where wants_masks(). `random`: of the
  /// numbers that the method draws; another one for each release.
  virtual Release release(const Variable& film, const Variable& mask, const Random& random) const = 0;

  /// Whether the method keeps organs or treats them in another way.
  virtual bool wants_masks() const { return false; }
  /// Whether the film is released as it is.
  virtual bool changes_nothing() const { return false; }
  /// Whether a release has a displacement.
  virtual bool moves_pixels() const { return false; }
  /// Whether two releases of one film differ.
  virtual bool draws_numbers() const { return false; }
  /// Method and settings in a line: "flow_field, mu 0.01, operator corrected".
  virtual std::string describe() const = 0;
};

}  // namespace scrim
