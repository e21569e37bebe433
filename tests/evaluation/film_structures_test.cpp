#include "evaluation/attackers/film_structures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "films/augmentation.h"
#include "kernels/vector/vector_kernels.h"
#include "tensor/random.h"

namespace scrim::test {
namespace {

// Every level of this machine against plain loops; 37 columns: whole registers, half ones and single values.
TEST(RowProducts, AreThoseOfPlainLoops) {
  constexpr std::int64_t rows = 5, columns = 37, a_step = 41, b_step = 50;
  Random random(1);
  std::vector<float> a(rows * a_step), b(rows * b_step);
  for (auto* values : {&a, &b})
    for (float& v : *values) v = float(random.normal());
  for (const auto* level = vector::available_levels(); *level; ++level) {
    std::vector<float> sums(columns + 1, 7);
    (*level)->row_products(a.data(), a_step, b.data(), b_step, rows, columns, sums.data());
    for (std::int64_t c = 0; c < columns; ++c) {
      double expected = 0;
      for (std::int64_t r = 0; r < rows; ++r)
        expected += double(a[std::size_t(r * a_step + c)]) * b[std::size_t(r * b_step + c)];
      EXPECT_NEAR(sums[std::size_t(c)], expected, 1e-5) << (*level)->level << " " << c;
    }
    EXPECT_EQ(sums[columns], 7) << (*level)->level;  // nothing is written beyond
  }
}

/// Blobs at random places: a film with structures of several sizes.
Tensor film_of_blobs(std::uint64_t seed) {
  Random random(seed);
  Tensor film = Tensor::full({1, 64, 64, 1}, 0.2);
  const auto gray = film.mutable_data<float>();
  for (int blob = 0; blob < 40; ++blob) {
    const double y = random.uniform(0, 64), x = random.uniform(0, 64), size = random.uniform(1.5, 6),
                 height = random.uniform(-0.2, 0.3);
    for (int row = 0; row < 64; ++row)
      for (int column = 0; column < 64; ++column)
        gray[std::size_t(row * 64 + column)] += float(
            height * std::exp(-((row - y) * (row - y) + (column - x) * (column - x)) / (2 * size * size)));
  }
  for (float& value : gray) value = std::clamp(value, 0.f, 1.f);
  return film;
}

TEST(FilmStructures, AFilmIsLikeItselfAndUnlikeOthers) {
  const Tensor film = film_of_blobs(1), other = film_of_blobs(2);
  EXPECT_NEAR(likeness(FilmStructures(film), TurnedStructures(film)), 1, 1e-3);
  EXPECT_LT(likeness(FilmStructures(film), TurnedStructures(other)), 0.75);
}

TEST(FilmStructures, FindsATurnedScaledAndMovedFilm) {
  const Tensor film = film_of_blobs(1);
  const double stranger = likeness(FilmStructures(film), TurnedStructures(film_of_blobs(2)));
  const double angle = 4 * 3.14159265358979 / 180, shrink = std::exp(-0.06);
  const FilmChange changes[] = {
      {.x0 = 2 * 6.0 / 63},  // moved by six pixels
      {.xx = std::cos(angle), .xy = -std::sin(angle), .yx = std::sin(angle), .yy = std::cos(angle)},
      {.xx = shrink, .yy = shrink},
      {.power = 1.3, .gain = 0.7, .offset = 0.1}};
  for (const FilmChange& change : changes) {
    const Tensor moved = changed_film(film, change);
    EXPECT_GT(likeness(FilmStructures(film), TurnedStructures(moved)), stranger + 0.12);
    EXPECT_GT(likeness(FilmStructures(moved), TurnedStructures(film)), stranger + 0.12);
  }
}

}  // namespace
}  // namespace scrim::test
