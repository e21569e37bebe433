#include "evaluation/tasks/pointing_game.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "tensor/compute_device.h"

namespace scrim {
using Case = std::pair<std::int64_t, std::size_t>;  // film and finding

std::pair<double, double> highest_place(const Tensor& maps, std::size_t finding, std::int64_t side) {
  const std::int64_t height = maps.size(1), width = maps.size(2), labels = maps.size(3);
  Tensor map = Tensor::empty({1, height, width, 1});
  for (std::int64_t i = 0; i < height * width; ++i)
    map.mutable_data<float>()[std::size_t(i)] = maps.data<float>()[std::size_t(i * labels) + finding];
  const Tensor large = resized_film(map, side, side);
  const auto values = large.data<float>();
  // At its rim the enlarged map is flat for half a cell: the middle of all highest pixels counts.
  const float highest = *std::max_element(values.begin(), values.end());
  double x = 0, y = 0, count = 0;
  for (std::int64_t at = 0; at < side * side; ++at)
    if (values[std::size_t(at)] == highest) {
      x += double(at % side) + 0.5;
      y += double(at / side) + 0.5;
      ++count;
    }
  return {x / count / double(side), y / count / double(side)};
}

std::pair<double, double> place_seen_at(const Tensor& seen_at, double x, double y) {
  const auto index = [](double share, std::int64_t size) {
    return std::clamp<std::int64_t>(std::int64_t(share * double(size)), 0, size - 1);
  };
  const std::int64_t width = seen_at.size(2);
  const std::int64_t pixel = index(y, seen_at.size(1)) * width + index(x, width);
  const float* at = seen_at.data<float>().data() + 2 * pixel;
  return {(double(at[0]) + 1) / 2, (double(at[1]) + 1) / 2};
}

PointingResult pointing_game(DenseNet& classifier, const FilmSet& real, const FilmSet& released,
                             const std::vector<FindingBox>& boxes, double boxes_side,
                             const PlaceOnFilm& place) {
  const NoGradient no_gradient;
  classifier.set_training(false);
  std::map<Case, std::vector<FindingBox>> cases;
  for (const FindingBox& box : boxes) {
    require_inside(box, boxes_side);
    const auto& names = real.names();
    const auto film = std::find(names.begin(), names.end(), box.film);
    if (film != names.end()) cases[{film - names.begin(), box.finding}].push_back(box);
  }
  PointingResult result;
  for (const auto& [of, around] : cases) {
    const auto [film, finding] = of;
    const auto is_hit = [&, film = film, finding = finding, &around = around](const FilmSet& films) {
      const Tensor maps =
          to_host(classifier.activation_maps(Variable(to_compute_device(films.film(film)))).value());
      auto [x, y] = highest_place(maps, finding, films.image_size());
      if (place && &films == &released) std::tie(x, y) = place(film, x, y);
      return std::any_of(around.begin(), around.end(),
                         [&, x = x * boxes_side, y = y * boxes_side](const auto& b) {
                           return x >= b.x && x <= b.x + b.width && y >= b.y && y <= b.y + b.height;
                         });
    };
    const bool before = is_hit(real), after = is_hit(released);
    ++result.cases;
    result.hits_before += before;
    result.hits_after += after;
    result.hits_both += before && after;
    for (const FindingBox& b : around) result.chance += b.width * b.height / (boxes_side * boxes_side);
  }
  if (result.cases > 0) result.chance /= double(result.cases);
  result.before = wilson({double(result.hits_before), double(result.cases)});
  result.after = wilson({double(result.hits_after), double(result.cases)});
  return result;
}

}  // namespace scrim
