#include "films/near_duplicates.h"

#include <cmath>

#include "films/film_set.h"
#include "tensor/parallel.h"

namespace scrim {
namespace {

constexpr std::int64_t side = 16;

std::vector<NearDuplicate> compared(const std::vector<Thumbnail>& first, const std::vector<Thumbnail>& second,
                                    bool one_list) {
  std::vector<std::vector<NearDuplicate>> found(first.size());
  parallel_for(std::int64_t(first.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (auto i = std::size_t(begin); i < std::size_t(end); ++i)
      for (std::size_t j = one_list ? i + 1 : 0; first[i] && j < second.size(); ++j) {
        if (!second[j]) continue;
        std::array<float, side> sums{};
        for (std::size_t k = 0; k < first[i]->size(); ++k) sums[k % side] += (*first[i])[k] * (*second[j])[k];
        float correlation = 0;
        for (const float sum : sums) correlation += sum;
        if (correlation >= near_duplicate) found[i].push_back({i, j});
      }
  });
  std::vector<NearDuplicate> all;
  for (const auto& of_film : found) all.insert(all.end(), of_film.begin(), of_film.end());
  return all;
}

}  // namespace

Thumbnail thumbnail_of(const Tensor& film) {
  const Tensor small = resized_film(film, side, side);
  std::array<float, side * side> values;
  double mean = 0, squares = 0;
  for (std::size_t k = 0; k < values.size(); ++k)
    mean += double(small.data<float>()[k]) / double(values.size());
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k] = float(double(small.data<float>()[k]) - mean);
    squares += double(values[k]) * values[k];
  }
  if (squares < 1e-6) return std::nullopt;
  for (float& value : values) value /= float(std::sqrt(squares));
  return values;
}

std::vector<NearDuplicate> near_duplicates(const std::vector<Thumbnail>& first,
                                           const std::vector<Thumbnail>& second) {
  return compared(first, second, false);
}

std::vector<NearDuplicate> near_duplicates(const std::vector<Thumbnail>& films) {
  return compared(films, films, true);
}

}  // namespace scrim
