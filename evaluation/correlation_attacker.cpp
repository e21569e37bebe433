#include "evaluation/correlation_attacker.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/gaussian/gaussian.h"
#include "tensor/parallel.h"

namespace scrim {
namespace {

using Sight = CorrelationAttacker::Sight;

constexpr std::int64_t side = CorrelationAttacker::side, plane = side * side;
constexpr std::int64_t reach = 8, window_begin = 7, window_end = 56;  // registration
constexpr std::int64_t patch = 12, patch_step = 4, patches_a_side = 10, local_reach = 3;
constexpr std::size_t most_strangers = 32;
// Blurs, in pixels of 64: the direction of the gradient, and the corners of the two bands.
constexpr double direction_sigma = 1.5, fine_sigma = 0.5, middle_sigma = 1, coarse_sigma = 2;
constexpr double coarse_band_gain = 0.6;
constexpr float flat_gradient = 0.002f * 4;  // of gray a pixel; below it directions fade

/// A plane with its border repeated outward, so that moved windows stay inside.
constexpr std::int64_t padding = 11, padded_side = side + 2 * padding,
                       padded_plane = padded_side * padded_side;
static_assert(padding >= reach + local_reach);

std::vector<float> padded(const std::vector<float>& planes) {
  std::vector<float> result(2 * padded_plane);
  for (std::int64_t channel = 0; channel < 2; ++channel)
    for (std::int64_t row = 0; row < padded_side; ++row)
      for (std::int64_t column = 0; column < padded_side; ++column) {
        const auto from_row = std::clamp<std::int64_t>(row - padding, 0, side - 1);
        const auto from_column = std::clamp<std::int64_t>(column - padding, 0, side - 1);
        result[std::size_t(channel * padded_plane + row * padded_side + column)] =
            planes[std::size_t(channel * plane + from_row * side + from_column)];
      }
  return result;
}

std::vector<float> blurred(const Tensor& film, double sigma) {
  Tensor y = Tensor::empty(film.shape());
  const auto radius = std::int64_t(std::ceil(3 * sigma));
  kernels::gaussian_forward(film.view(), y.mutable_view(),
                            {2 * radius + 1, sigma, kernels::BorderMode::replicate});
  const auto values = y.data<float>();
  return {values.begin(), values.end()};
}

Sight sight_of(const Tensor& film) {
  const Tensor small = resized_film(film, side);
  Sight sight{std::vector<float>(2 * plane), std::vector<float>(2 * plane), 0};
  const auto smooth = blurred(small, direction_sigma);
  for (std::int64_t row = 1; row + 1 < side; ++row)
    for (std::int64_t column = 1; column + 1 < side; ++column) {
      const auto at = std::size_t(row * side + column);
      const float gx = (smooth[at + 1] - smooth[at - 1]) / 2,
                  gy = (smooth[at + side] - smooth[at - side]) / 2;
      const float length = std::sqrt(gx * gx + gy * gy + flat_gradient * flat_gradient);
      sight.directions[at] = gx / length;
      sight.directions[at + plane] = gy / length;
    }
  const auto fine = blurred(small, fine_sigma), middle = blurred(small, middle_sigma),
             coarse = blurred(small, coarse_sigma);
  for (std::size_t i = 0; i < std::size_t(plane); ++i) {
    sight.bands[i] = fine[i] - middle[i];
    sight.bands[i + plane] = float(coarse_band_gain) * (middle[i] - coarse[i]);
  }
  return {padded(sight.directions), padded(sight.bands), 0};
}

struct Product {
  float ab = 0, bb = 0;
};
/// Sums over a square of Side pixels of a, and of b moved by (dy, dx), both channels. Columns add up by
/// themselves first: independent sums are what a compiler may turn into vectors.
template <std::int64_t Side>
Product product(const std::vector<float>& a, const std::vector<float>& b, std::int64_t top, std::int64_t left,
                std::int64_t dy, std::int64_t dx) {
  std::array<float, Side> ab{}, bb{};
  for (std::int64_t channel = 0; channel < 2; ++channel)
    for (std::int64_t row = 0; row < Side; ++row) {
      const std::int64_t at = channel * padded_plane + (top + padding + row) * padded_side + left + padding;
      const float* from_a = a.data() + at;
      const float* from_b = b.data() + at + dy * padded_side + dx;
      for (std::int64_t column = 0; column < Side; ++column) {
        ab[std::size_t(column)] += from_a[column] * from_b[column];
        bb[std::size_t(column)] += from_b[column] * from_b[column];
      }
    }
  Product sum;
  for (std::size_t column = 0; column < std::size_t(Side); ++column) {
    sum.ab += ab[column];
    sum.bb += bb[column];
  }
  return sum;
}

float correlation(const Product& p, float energy_a) {
  return p.ab / std::sqrt(std::max(p.bb * energy_a, 1e-20f));
}

/// l of the header.
double likeness(const Sight& a, const Sight& b) {
  constexpr std::int64_t extent = window_end - window_begin;
  const float whole = product<extent>(a.directions, a.directions, window_begin, window_begin, 0, 0).bb;
  float best = -2;
  std::int64_t best_y = 0, best_x = 0;
  for (std::int64_t dy = -reach; dy <= reach; ++dy)
    for (std::int64_t dx = -reach; dx <= reach; ++dx) {
      const float c =
          correlation(product<extent>(a.directions, b.directions, window_begin, window_begin, dy, dx), whole);
      if (c > best) {
        best = c;
        best_y = dy;
        best_x = dx;
      }
    }
  std::vector<float> found;
  for (std::int64_t i = 0; i < patches_a_side; ++i)
    for (std::int64_t j = 0; j < patches_a_side; ++j) {
      const std::int64_t top = window_begin + i * patch_step, left = window_begin + j * patch_step;
      const float own = product<patch>(a.bands, a.bands, top, left, 0, 0).bb;
      float highest = -2;
      for (std::int64_t dy = -local_reach; dy <= local_reach; ++dy)
        for (std::int64_t dx = -local_reach; dx <= local_reach; ++dx)
          highest = std::max(
              highest,
              correlation(product<patch>(a.bands, b.bands, top, left, best_y + dy, best_x + dx), own));
      found.push_back(highest);
    }
  std::sort(found.begin(), found.end(), std::greater<>());
  double sum = 0;
  for (std::size_t i = 0; i < found.size() / 2; ++i) sum += found[i];
  return sum / double(found.size() / 2);
}

}  // namespace

CorrelationAttacker::CorrelationAttacker(const FilmSet& cohort) {
  for (std::int64_t i = 0; i < std::min<std::int64_t>(cohort.count(), most_strangers); ++i)
    cohort_.push_back(sight_of(cohort.film(i)));
}

std::vector<Sight> CorrelationAttacker::look_at(const FilmSet& films) const {
  std::vector<Sight> sights(std::size_t(films.count()));
  parallel_for(films.count(), 1, [&](std::int64_t i, std::int64_t) {
    Sight sight = sight_of(films.film(i));
    for (const Sight& stranger : cohort_)
      sight.familiarity += likeness(sight, stranger) / double(cohort_.size());
    sights[std::size_t(i)] = std::move(sight);
  });
  return sights;
}

double CorrelationAttacker::score(const Sight& a, const Sight& b) const {
  return likeness(a, b) - (a.familiarity + b.familiarity) / 2;
}

std::vector<double> CorrelationAttacker::scores(
    const std::vector<Sight>& first, const std::vector<Sight>& second,
    const std::vector<std::pair<std::int64_t, std::int64_t>>& pairs) const {
  std::vector<double> result(pairs.size());
  parallel_for(std::int64_t(pairs.size()), 1, [&](std::int64_t i, std::int64_t) {
    const auto [a, b] = pairs[std::size_t(i)];
    result[std::size_t(i)] = score(first[std::size_t(a)], second[std::size_t(b)]);
  });
  return result;
}

}  // namespace scrim
