#include "evaluation/attackers/film_fit.h"

#include <cmath>
#include <numbers>

#include "films/augmentation.h"

namespace scrim {

std::vector<Tensor> turned_and_scaled(const Tensor& film) {
  constexpr double turn_degrees = 4, log_scale = 0.06;
  constexpr std::int64_t ways_a_side = 3, ways = ways_a_side * ways_a_side, as_it_is = ways / 2;
  std::vector<Tensor> films{film};
  for (std::int64_t way = 0; way < ways; ++way) {
    if (way == as_it_is) continue;
    const double angle = double(way % ways_a_side - 1) * turn_degrees * std::numbers::pi / 180;
    const double shrink = std::exp(-double(way / ways_a_side - 1) * log_scale);
    FilmChange change;
    change.xx = change.yy = shrink * std::cos(angle);
    change.yx = shrink * std::sin(angle);
    change.xy = -change.yx;
    films.push_back(changed_film(film, change));
  }
  return films;
}

}  // namespace scrim
