#include "evaluation/attackers/film_structures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "evaluation/attackers/film_fit.h"
#include "films/film_set.h"
#include "kernels/vector/vector_kernels.h"

namespace scrim {
namespace {

constexpr std::int64_t side = FilmStructures::side, pixels = side * side;
constexpr std::int64_t bands = 4, channels = bands + 1, plane_count = bands + 2;
constexpr double corners[bands + 1] = {0, 0.6, 1.2, 2.4, 4.8};  // blurs between the bands, pixels
constexpr double direction_sigma = 1.5;
constexpr float flat_gradient = 0.008f;  // of gray a pixel; below it directions fade

// Patches overlap: each is 3 x 3 blocks of 4 pixels, so sums over blocks serve nine patches.
constexpr std::int64_t window_begin = 7, block = 4, patch_blocks = 3, patch = block * patch_blocks,
                       patches_a_side = 10, blocks = patches_a_side + patch_blocks - 1,
                       patch_count = patches_a_side * patches_a_side;
constexpr std::int64_t local_reach = 3;

// Registration at half size: shifts of at most 5 there, then one more pixel at full size.
constexpr std::int64_t small_side = side / 2, small_reach = 5, small_begin = 4, small_extent = 24,
                       shifts = 2 * small_reach + 1, small_padded = small_side + 2 * small_reach,
                       small_plane = small_padded * small_padded;
constexpr std::int64_t refine_reach = 1;

/// Planes repeat their border outward, so that moved windows stay inside.
constexpr std::int64_t padding = 2 * small_reach + refine_reach + local_reach - window_begin + 1,
                       padded_side = side + 2 * padding, plane = padded_side * padded_side;
static_assert(window_begin + blocks * block + 2 * small_reach + refine_reach + local_reach <= side + padding);

/// Where the pixel (row, column) lies in a padded plane.
constexpr std::int64_t place(std::int64_t row, std::int64_t column) {
  return (row + padding) * padded_side + column + padding;
}

/// values[size, size] with its border repeated outward by `rim`, to out.
void pad(const float* values, std::int64_t size, std::int64_t rim, float* out) {
  for (std::int64_t row = -rim; row < size + rim; ++row)
    for (std::int64_t column = -rim; column < size + rim; ++column)
      *out++ = values[std::clamp<std::int64_t>(row, 0, size - 1) * size +
                      std::clamp<std::int64_t>(column, 0, size - 1)];
}

std::vector<float> blurred(const Tensor& film, double sigma) {
  const Tensor y = sigma > 0 ? blurred_film(film, sigma) : film;
  const auto values = y.data<float>();
  return {values.begin(), values.end()};
}

/// Unit vectors of the gradient, shorter where the film is flat: x, then y.
std::array<std::vector<float>, 2> directions(const Tensor& film) {
  const auto smooth = blurred(film, direction_sigma);
  std::array<std::vector<float>, 2> result{std::vector<float>(pixels), std::vector<float>(pixels)};
  for (std::int64_t row = 1; row + 1 < side; ++row)
    for (std::int64_t column = 1; column + 1 < side; ++column) {
      const auto at = std::size_t(row * side + column);
      const float gx = (smooth[at + 1] - smooth[at - 1]) / 2,
                  gy = (smooth[at + side] - smooth[at - side]) / 2;
      const float length = std::sqrt(gx * gx + gy * gy + flat_gradient * flat_gradient);
      result[0][at] = gx / length;
      result[1][at] = gy / length;
    }
  return result;
}

/// 1 / the root of the planes' energy in the square of `patch` pixels that begins at each place.
void inverse_patch_norms(const float* planes, std::int64_t count, float* out) {
  constexpr std::int64_t line = padded_side + 1;
  std::vector<double> integral(line * line, 0);  // sums of everything above and to the left
  for (std::int64_t row = 0; row < padded_side; ++row)
    for (std::int64_t column = 0; column < padded_side; ++column) {
      double energy = 0;
      for (std::int64_t p = 0; p < count; ++p) {
        const double value = planes[p * plane + row * padded_side + column];
        energy += value * value;
      }
      const auto at = std::size_t((row + 1) * line + column + 1);
      integral[at] = energy + integral[at - 1] + integral[at - line] - integral[at - line - 1];
    }
  for (std::int64_t row = 0; row + patch <= padded_side; ++row)
    for (std::int64_t column = 0; column + patch <= padded_side; ++column) {
      const auto at = std::size_t(row * line + column);
      const double energy = integral[at + patch * line + patch] - integral[at + patch * line] -
                            integral[at + patch] + integral[at];
      out[row * padded_side + column] = float(1 / std::sqrt(std::max(energy, 1e-10)));
    }
}

float sum_of(const float* values, std::int64_t count) {
  float sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += values[i];
  return sum;
}

/// Sum over the window of a's and of b's small directions, b moved by (dy, dx).
float small_product(const std::vector<float>& a, const std::vector<float>& b, std::int64_t dy,
                    std::int64_t dx) {
  std::array<float, 2 * small_extent> sums;
  const std::int64_t at = (small_begin + small_reach) * small_padded + small_begin + small_reach;
  for (std::int64_t p = 0; p < 2; ++p)
    vector::kernels().row_products(a.data() + p * small_plane + at, small_padded,
                                   b.data() + p * small_plane + at + dy * small_padded + dx, small_padded,
                                   small_extent, small_extent, sums.data() + p * small_extent);
  return sum_of(sums.data(), std::int64_t(sums.size()));
}

/// Sum over the patches' window of a's and of b's directions at full size, b moved by (dy, dx).
float direction_product(const float* a, const float* b, std::int64_t dy, std::int64_t dx) {
  constexpr std::int64_t extent = blocks * block;
  std::array<float, 2 * extent> sums;
  for (std::int64_t p = 0; p < 2; ++p)
    vector::kernels().row_products(a + p * plane + place(window_begin, window_begin), padded_side,
                                   b + p * plane + place(window_begin + dy, window_begin + dx), padded_side,
                                   extent, extent, sums.data() + p * extent);
  return sum_of(sums.data(), std::int64_t(sums.size()));
}

/// For every patch the sum of a * b over some planes, b moved by (dy, dx).
void patch_products(const float* a, const float* b, std::int64_t count, std::int64_t dy, std::int64_t dx,
                    float* products) {
  constexpr std::int64_t extent = blocks * block;
  std::array<float, blocks * patches_a_side> lines{};  // three blocks beside each other
  std::array<float, extent> sums;
  for (std::int64_t row = 0; row < blocks; ++row) {
    std::array<float, blocks> of_blocks{};
    for (std::int64_t p = 0; p < count; ++p) {
      const std::int64_t top = window_begin + row * block;
      vector::kernels().row_products(a + p * plane + place(top, window_begin), padded_side,
                                     b + p * plane + place(top + dy, window_begin + dx), padded_side, block,
                                     extent, sums.data());
      for (std::int64_t i = 0; i < blocks; ++i)
        of_blocks[std::size_t(i)] += (sums[std::size_t(block * i)] + sums[std::size_t(block * i + 1)]) +
                                     (sums[std::size_t(block * i + 2)] + sums[std::size_t(block * i + 3)]);
    }
    for (std::int64_t i = 0; i < patches_a_side; ++i)
      lines[std::size_t(row * patches_a_side + i)] =
          of_blocks[std::size_t(i)] + of_blocks[std::size_t(i + 1)] + of_blocks[std::size_t(i + 2)];
  }
  for (std::int64_t i = 0; i < patch_count; ++i)
    products[i] = lines[std::size_t(i)] + lines[std::size_t(i + patches_a_side)] +
                  lines[std::size_t(i + 2 * patches_a_side)];
}
static_assert(block == 4 && patch_blocks == 3, "the sums above are written for these");

}  // namespace

FilmStructures::FilmStructures(const Tensor& film)
    : planes_(plane_count * plane),
      inverse_norms_(channels * plane, 0),
      small_(2 * small_plane),
      small_norms_(shifts * shifts) {
  const Tensor small_film = resized_film(film, side, side);
  std::vector<float> finer = blurred(small_film, corners[0]);
  for (std::int64_t band = 0; band < bands; ++band) {
    std::vector<float> coarser = blurred(small_film, corners[band + 1]);
    for (std::size_t i = 0; i < finer.size(); ++i) finer[i] -= coarser[i];
    pad(finer.data(), side, padding, planes_.data() + band * plane);
    finer = std::move(coarser);
  }
  const auto direction = directions(small_film);
  for (std::int64_t p = 0; p < 2; ++p) {
    const auto& whole = direction[std::size_t(p)];
    pad(whole.data(), side, padding, planes_.data() + (bands + p) * plane);
    std::vector<float> half(small_side * small_side);
    for (std::int64_t row = 0; row < small_side; ++row)
      for (std::int64_t column = 0; column < small_side; ++column) {
        const float* from = whole.data() + 2 * row * side + 2 * column;
        half[std::size_t(row * small_side + column)] = (from[0] + from[1] + from[side] + from[side + 1]) / 4;
      }
    pad(half.data(), small_side, small_reach, small_.data() + p * small_plane);
  }
  for (std::int64_t channel = 0; channel < channels; ++channel)
    inverse_patch_norms(planes_.data() + channel * plane, channel < bands ? 1 : 2,
                        inverse_norms_.data() + channel * plane);
  for (std::int64_t shift = 0; shift < shifts * shifts; ++shift) {
    const std::int64_t dy = shift / shifts - small_reach, dx = shift % shifts - small_reach;
    std::vector<float> moved(2 * small_plane, 0);
    for (std::int64_t i = 0; i < 2 * small_plane; ++i)
      if (const std::int64_t from = i + dy * small_padded + dx; from >= 0 && from < 2 * small_plane)
        moved[std::size_t(i)] = small_[std::size_t(from)];
    const float energy = small_product(moved, moved, 0, 0);
    small_norms_[std::size_t(shift)] = 1 / std::sqrt(std::max(energy, 1e-10f));
  }
}

TurnedStructures::TurnedStructures(const Tensor& film) {
  for (const Tensor& way : turned_and_scaled(resized_film(film, side, side))) ways_.emplace_back(way);
}

/// The mean of the better half of the patches of one film, looked for around (dy, dx) in the other.
double likeness_of_patches(const FilmStructures& patches_of, const FilmStructures& within, std::int64_t dy,
                           std::int64_t dx) {
  std::array<float, patch_count> found, mean, products;
  found.fill(-2);
  for (std::int64_t y = dy - local_reach; y <= dy + local_reach; ++y)
    for (std::int64_t x = dx - local_reach; x <= dx + local_reach; ++x) {
      mean.fill(0);
      for (std::int64_t channel = 0; channel < channels; ++channel) {
        patch_products(patches_of.planes_.data() + channel * plane, within.planes_.data() + channel * plane,
                       channel < bands ? 1 : 2, y, x, products.data());
        const float* norms = patches_of.inverse_norms_.data() + channel * plane;
        const float* other_norms = within.inverse_norms_.data() + channel * plane;
        for (std::int64_t row = 0; row < patches_a_side; ++row) {
          const std::int64_t at = place(window_begin + row * block, window_begin);
          for (std::int64_t i = 0; i < patches_a_side; ++i)
            mean[std::size_t(row * patches_a_side + i)] += products[std::size_t(row * patches_a_side + i)] *
                                                           norms[at + i * block] *
                                                           other_norms[at + y * padded_side + x + i * block];
        }
      }
      for (std::size_t p = 0; p < found.size(); ++p) found[p] = std::max(found[p], mean[p]);
    }
  std::nth_element(found.begin(), found.begin() + patch_count / 2, found.end(), std::greater<>());
  std::sort(found.begin(), found.begin() + patch_count / 2);  // one order of adding up
  double sum = 0;
  for (std::int64_t i = 0; i < patch_count / 2; ++i) sum += found[std::size_t(i)];
  return sum / double(patch_count / 2 * channels);
}

double likeness(const FilmStructures& a, const TurnedStructures& b) {
  float best = -HUGE_VALF;
  const FilmStructures* turned = &b.ways_.front();
  std::int64_t rough_y = 0, rough_x = 0;
  for (const FilmStructures& way : b.ways_)
    for (std::int64_t shift = 0; shift < shifts * shifts; ++shift) {
      const std::int64_t dy = shift / shifts - small_reach, dx = shift % shifts - small_reach;
      const float fit = small_product(a.small_, way.small_, dy, dx) * way.small_norms_[std::size_t(shift)];
      if (fit > best) {
        best = fit;
        turned = &way;
        rough_y = 2 * dy;
        rough_x = 2 * dx;
      }
    }
  best = -HUGE_VALF;
  std::int64_t best_y = rough_y, best_x = rough_x;
  for (std::int64_t dy = rough_y - refine_reach; dy <= rough_y + refine_reach; ++dy)
    for (std::int64_t dx = rough_x - refine_reach; dx <= rough_x + refine_reach; ++dx) {
      const float fit =
          direction_product(a.planes_.data() + bands * plane, turned->planes_.data() + bands * plane, dy, dx);
      if (fit > best) {
        best = fit;
        best_y = dy;
        best_x = dx;
      }
    }
  return (likeness_of_patches(a, *turned, best_y, best_x) +
          likeness_of_patches(*turned, a, -best_y, -best_x)) /
         2;
}

}  // namespace scrim
