#include "evaluation/attackers/film_fit.h"

#include <cmath>

#include "films/augmentation.h"

namespace scrim {

std::vector<Tensor> turned_and_scaled(const Tensor& film) {
  constexpr double turn_degrees = 4, log_scale = 0.06;
  std::vector<Tensor> films{film};
  for (const int scale : {-1, 0, 1})
    for (const int turn : {-1, 0, 1})
      if (scale != 0 || turn != 0)
        films.push_back(changed_film(film, turned(turn * turn_degrees, std::exp(scale * log_scale))));
  return films;
}

}  // namespace scrim
