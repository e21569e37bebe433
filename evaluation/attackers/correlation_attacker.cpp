#include "evaluation/attackers/correlation_attacker.h"

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

constexpr std::int64_t extent = window_end - window_begin;

/// Where the pixel (row, column) of the first channel lies in padded planes.
constexpr std::int64_t place(std::int64_t row, std::int64_t column) {
  return (row + padding) * padded_side + column + padding;
}

/// Sum over the window of a and of b moved by (dy, dx), both channels. Columns add up by themselves first:
/// independent sums are what a compiler may turn into vectors.
float window_product(const std::vector<float>& a, const std::vector<float>& b, std::int64_t dy,
                     std::int64_t dx) {
  std::array<float, extent> sums{};
  for (std::int64_t channel = 0; channel < 2; ++channel)
    for (std::int64_t row = window_begin; row < window_end; ++row) {
      const float* from_a = a.data() + channel * padded_plane + place(row, window_begin);
      const float* from_b = b.data() + channel * padded_plane + place(row + dy, window_begin + dx);
      for (std::int64_t column = 0; column < extent; ++column)
        sums[std::size_t(column)] += from_a[column] * from_b[column];
    }
  float sum = 0;
  for (const float s : sums) sum += s;
  return sum;
}

constexpr std::int64_t shifts = 2 * reach + 1;

/// Energy of the directions under the window at every shift.
std::vector<float> window_energies(const std::vector<float>& directions) {
  std::vector<float> squares;
  for (const float v : directions) squares.push_back(v * v);
  const std::vector<float> ones(directions.size(), 1.f);
  std::vector<float> energies;
  for (std::int64_t dy = -reach; dy <= reach; ++dy)
    for (std::int64_t dx = -reach; dx <= reach; ++dx)
      energies.push_back(window_product(ones, squares, dy, dx));
  return energies;
}

// Patches overlap: each is 3 x 3 blocks of patch_step pixels, so sums over blocks serve nine patches.
constexpr std::int64_t blocks = patches_a_side + patch / patch_step - 1;
static_assert(patch % patch_step == 0);

/// For every patch the sum of a * b, b moved by (dy, dx), both channels.
std::array<float, patches_a_side * patches_a_side> patch_products(const std::vector<float>& a,
                                                                  const std::vector<float>& b,
                                                                  std::int64_t dy, std::int64_t dx) {
  std::array<float, blocks * blocks> block_sums{};
  for (std::int64_t channel = 0; channel < 2; ++channel)
    for (std::int64_t row = 0; row < blocks * patch_step; ++row) {
      const float* from_a = a.data() + channel * padded_plane + place(window_begin + row, window_begin);
      const float* from_b =
          b.data() + channel * padded_plane + place(window_begin + row + dy, window_begin + dx);
      std::array<float, blocks * patch_step> products;
      for (std::int64_t column = 0; column < blocks * patch_step; ++column)
        products[std::size_t(column)] = from_a[column] * from_b[column];
      float* sums = block_sums.data() + row / patch_step * blocks;
      for (std::int64_t block = 0; block < blocks; ++block)
        for (std::int64_t i = 0; i < patch_step; ++i)
          sums[block] += products[std::size_t(block * patch_step + i)];
    }
  constexpr std::int64_t blocks_of_a_patch = patch / patch_step;
  std::array<float, patches_a_side * patches_a_side> sums{};
  for (std::int64_t i = 0; i < patches_a_side; ++i)
    for (std::int64_t j = 0; j < patches_a_side; ++j)
      for (std::int64_t y = 0; y < blocks_of_a_patch; ++y)
        for (std::int64_t x = 0; x < blocks_of_a_patch; ++x)
          sums[std::size_t(i * patches_a_side + j)] += block_sums[std::size_t((i + y) * blocks + j + x)];
  return sums;
}

/// Energy of the bands in the square of `patch` pixels that begins at each place of the padded plane.
std::vector<float> patch_energies(const std::vector<float>& bands) {
  constexpr std::int64_t line = padded_side + 1;
  std::vector<double> integral(line * line, 0);  // sums of everything above and to the left
  for (std::int64_t row = 0; row < padded_side; ++row)
    for (std::int64_t column = 0; column < padded_side; ++column) {
      const double first = bands[std::size_t(row * padded_side + column)];
      const double second = bands[std::size_t(padded_plane + row * padded_side + column)];
      const auto at = std::size_t((row + 1) * line + column + 1);
      integral[at] =
          first * first + second * second + integral[at - 1] + integral[at - line] - integral[at - line - 1];
    }
  std::vector<float> energies(padded_plane, 0);
  for (std::int64_t row = 0; row + patch <= padded_side; ++row)
    for (std::int64_t column = 0; column + patch <= padded_side; ++column) {
      const auto at = std::size_t(row * line + column);
      energies[std::size_t(row * padded_side + column)] =
          float(integral[at + patch * line + patch] - integral[at + patch * line] - integral[at + patch] +
                integral[at]);
    }
  return energies;
}

float correlation(float product, float energy_a, float energy_b) {
  return product / std::sqrt(std::max(energy_a * energy_b, 1e-20f));
}

Sight sight_of(const Tensor& film) {
  const Tensor small = resized_film(film, side, side);
  std::vector<float> directions(2 * plane), bands(2 * plane);
  const auto smooth = blurred(small, direction_sigma);
  for (std::int64_t row = 1; row + 1 < side; ++row)
    for (std::int64_t column = 1; column + 1 < side; ++column) {
      const auto at = std::size_t(row * side + column);
      const float gx = (smooth[at + 1] - smooth[at - 1]) / 2,
                  gy = (smooth[at + side] - smooth[at - side]) / 2;
      const float length = std::sqrt(gx * gx + gy * gy + flat_gradient * flat_gradient);
      directions[at] = gx / length;
      directions[at + plane] = gy / length;
    }
  const auto fine = blurred(small, fine_sigma), middle = blurred(small, middle_sigma),
             coarse = blurred(small, coarse_sigma);
  for (std::size_t i = 0; i < std::size_t(plane); ++i) {
    bands[i] = fine[i] - middle[i];
    bands[i + plane] = float(coarse_band_gain) * (middle[i] - coarse[i]);
  }
  Sight sight{.directions = padded(directions), .bands = padded(bands)};
  sight.window_energies = window_energies(sight.directions);
  sight.patch_energies = patch_energies(sight.bands);
  return sight;
}

/// l of the header.
double likeness(const Sight& a, const Sight& b) {
  const float whole = a.window_energies[shifts * shifts / 2];
  float best = -2;
  std::int64_t best_y = 0, best_x = 0;
  for (std::int64_t shift = 0; shift < shifts * shifts; ++shift) {
    const std::int64_t dy = shift / shifts - reach, dx = shift % shifts - reach;
    const float c = correlation(window_product(a.directions, b.directions, dy, dx), whole,
                                b.window_energies[std::size_t(shift)]);
    if (c > best) {
      best = c;
      best_y = dy;
      best_x = dx;
    }
  }
  std::vector<float> found(patches_a_side * patches_a_side, -2.f);
  for (std::int64_t dy = best_y - local_reach; dy <= best_y + local_reach; ++dy)
    for (std::int64_t dx = best_x - local_reach; dx <= best_x + local_reach; ++dx) {
      const auto products = patch_products(a.bands, b.bands, dy, dx);
      for (std::int64_t p = 0; p < patches_a_side * patches_a_side; ++p) {
        const std::int64_t row = window_begin + p / patches_a_side * patch_step;
        const std::int64_t column = window_begin + p % patches_a_side * patch_step;
        const float c =
            correlation(products[std::size_t(p)], a.patch_energies[std::size_t(place(row, column))],
                        b.patch_energies[std::size_t(place(row + dy, column + dx))]);
        found[std::size_t(p)] = std::max(found[std::size_t(p)], c);
      }
    }
  std::sort(found.begin(), found.end(), std::greater<>());
  double sum = 0;
  for (std::size_t i = 0; i < found.size() / 2; ++i) sum += found[i];
  return sum / double(found.size() / 2);
}

}  // namespace

CorrelationAttacker::CorrelationAttacker(const FilmSet& cohort) {
  for (std::int64_t i = 0; i < std::min(cohort.count(), std::int64_t(most_strangers)); ++i)
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

std::vector<double> CorrelationAttacker::scores(const std::vector<Sight>& first,
                                                const std::vector<Sight>& second,
                                                const std::vector<IndexedPair>& pairs) const {
  std::vector<double> result(pairs.size());
  parallel_for(std::int64_t(pairs.size()), 1, [&](std::int64_t i, std::int64_t) {
    const IndexedPair& pair = pairs[std::size_t(i)];
    result[std::size_t(i)] = score(first[std::size_t(pair.first)], second[std::size_t(pair.second)]);
  });
  return result;
}

}  // namespace scrim
