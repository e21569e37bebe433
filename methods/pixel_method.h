// The one function that releases a film: what `scrim anonymize` writes is what evaluations measure.
#pragma once

#include "data/files/image_file.h"
#include "methods/method.h"

namespace scrim {

struct ReleasedFilm {
  GrayImage image;              ///< size and bits of the film that came
  Tensor displacement;          ///< as Release has it; undefined for methods that move nothing
  double largest_displacement;  ///< pixels of the film; 0 for methods that move nothing
};

/// mask: [1,H,W,1] of the film's size, looked at where the method wants one. random: another one for each release.
ReleasedFilm release_film(const Method& method, const GrayImage& film, const Variable& mask,
                          const Random& random);

}  // namespace scrim
