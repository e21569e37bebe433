#include "models/patch_likeness.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "autograd/ops/binary.h"
#include "autograd/ops/concat.h"
#include "autograd/ops/convert.h"
#include "autograd/ops/loss.h"
#include "autograd/ops/matmul.h"
#include "autograd/ops/permute.h"
#include "autograd/ops/pool.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/softmax.h"
#include "autograd/ops/top_k.h"
#include "autograd/ops/unary.h"
#include "kernels/vector/vector_kernels.h"
#include "models/patch_matcher.h"

namespace scrim {
namespace {

constexpr std::int64_t places = PatchMatcher::places_a_side, patch = 3, reach = 2;
constexpr std::int64_t patch_begins = places - patch + 1;   // of all patches of a film
constexpr std::int64_t middle = patch_begins - 2 * reach;   // patches a side that are looked for
constexpr std::int64_t middle_places = middle + patch - 1;  // places a side that these cover
constexpr std::int64_t patches = middle * middle, shifts_a_side = 2 * reach + 1,
                       shifts = shifts_a_side * shifts_a_side;
/// A row of places with zeros at both ends, so that rows moved sideways stay inside.
constexpr std::int64_t padded = places + 2 * reach;
constexpr float least_energy = 1e-12f;
static_assert(patch == 3, "the sums below are written for it");
constexpr kernels::PoolOptions patch_mean{.kernel = patch, .stride = 1, .padding = 0};

/// x's cells [y, y + size) x [x, x + size) of axes `axis` and the next one.
Variable square(const Variable& x, int axis, std::int64_t row, std::int64_t column, std::int64_t size) {
  return slice(slice(x, axis, row, size), axis + 1, column, size);
}

/// The length of every patch's features, [14,14,N].
Variable patch_norms(const Variable& features) {
  const Variable energy =
      scale(avg_pool2d(sum(features * features, kernels::Axes::of({3}), true), patch_mean), patch * patch);
  return permute(
      reshape(sqrt(clamp(energy, least_energy, 1e30)), {features.shape()[0], patch_begins, patch_begins}),
      {1, 2, 0});
}

double mean_of_better_half(std::array<float, patches>& cosines) {
  const auto half = cosines.begin() + patches / 2;
  std::nth_element(cosines.begin(), half, cosines.end(), std::greater<>());
  std::sort(cosines.begin(), half);  // one order of adding up
  return std::accumulate(cosines.begin(), half, 0.0) / double(patches / 2);
}

}  // namespace

Variable patch_likenesses(const Variable& any_a, const Variable& any_b) {
  const Variable a = widened(any_a), b = widened(any_b);
  const std::int64_t n = a.shape()[0], m = b.shape()[0], channels = a.shape()[3];
  require(
      a.shape()[1] == places && a.shape()[2] == places && b.shape() == Shape({m, places, places, channels}),
      "patch_likenesses", "features have the shapes {} and {}, expected [N,16,16,C] and [M,16,16,C]",
      a.shape().str(), b.shape().str());
  const Variable norms_a = reshape(square(patch_norms(a), 0, reach, reach, middle), {patches, n, 1});
  const Variable norms_b = patch_norms(b);
  const Variable by_place_a = reshape(square(permute(a, {1, 2, 0, 3}), 0, reach, reach, middle_places),
                                      {middle_places * middle_places, n, channels});
  const Variable by_place_b = permute(b, {1, 2, 0, 3});
  std::vector<Variable> cosines;
  for (std::int64_t dy = 0; dy < shifts_a_side; ++dy)
    for (std::int64_t dx = 0; dx < shifts_a_side; ++dx) {
      const Variable moved =
          reshape(square(by_place_b, 0, dy, dx, middle_places), {middle_places * middle_places, m, channels});
      const Variable products =
          reshape(matmul(by_place_a, moved, {.transpose_b = true}), {1, middle_places, middle_places, n * m});
      const Variable of_patches =
          reshape(scale(avg_pool2d(products, patch_mean), patch * patch), {patches, n, m});
      const Variable norms = norms_a * reshape(square(norms_b, 0, dy, dx, middle), {patches, 1, m});
      cosines.push_back(reshape(of_patches / norms, {1, patches, n * m}));
    }
  const Variable all = concat(cosines, 0);
  const Variable found = sum(softmax(scale(all, 1 / place_temperature), 0) * all, kernels::Axes::of({0}));
  return reshape(mean(top_k(found, 0, patches / 2).values, kernels::Axes::of({0})), {n, m});
}

Variable matching_loss(const Variable& likenesses, const Tensor& own, const Tensor& hidden) {
  require(likenesses.shape().rank() == 2 && likenesses.shape()[0] == likenesses.shape()[1], "matching_loss",
          "likenesses have the shape {}, expected as many films a as films b", likenesses.shape().str());
  Variable logits = scale(likenesses, 1 / film_temperature);
  if (hidden.defined()) logits = logits + Variable(hidden);
  return scale(cross_entropy(logits, own) + cross_entropy(permute(logits, {1, 0}), own), 0.5);
}

PlaceFeatures::PlaceFeatures(const float* features, std::int64_t channels)
    : channels_(channels),
      values_(std::size_t(places * channels * padded), 0.f),
      inverse_norms_(patch_begins * patch_begins) {
  for (std::int64_t y = 0; y < places; ++y)
    for (std::int64_t x = 0; x < places; ++x)
      for (std::int64_t c = 0; c < channels; ++c)
        values_[std::size_t((y * channels + c) * padded + reach + x)] =
            features[(y * places + x) * channels + c];
  std::array<double, places * places> energy{};
  for (std::int64_t place = 0; place < places * places; ++place)
    for (std::int64_t c = 0; c < channels; ++c) {
      const double value = features[place * channels + c];
      energy[std::size_t(place)] += value * value;
    }
  for (std::int64_t y = 0; y < patch_begins; ++y)
    for (std::int64_t x = 0; x < patch_begins; ++x) {
      double sum = 0;
      for (std::int64_t k = 0; k < patch * patch; ++k)
        sum += energy[std::size_t((y + k / patch) * places + x + k % patch)];
      inverse_norms_[std::size_t(y * patch_begins + x)] =
          float(1 / std::sqrt(std::max(sum, double(least_energy))));
    }
}

void PlaceFeatures::compare(const PlaceFeatures& other, std::int64_t dy, std::int64_t dx,
                            float* cosines) const {
  // Sums of products over the channels of a place, for whole rows; then over three rows; then over three places of these.
  const std::int64_t row_size = channels_ * padded;
  std::array<std::array<float, places>, middle_places> rows;
  for (std::int64_t y = 0; y < middle_places; ++y)
    vector::kernels().row_products(values_.data() + (y + reach) * row_size + reach, padded,
                                   other.values_.data() + (y + dy) * row_size + dx, padded, channels_, places,
                                   rows[std::size_t(y)].data());
  for (std::int64_t y = 0; y < middle; ++y) {
    std::array<float, places> three;
    for (std::size_t x = 0; x < places; ++x)
      three[x] = rows[std::size_t(y)][x] + rows[std::size_t(y + 1)][x] + rows[std::size_t(y + 2)][x];
    const float* norms = inverse_norms_.data() + (y + reach) * patch_begins + reach;
    const float* other_norms = other.inverse_norms_.data() + (y + dy) * patch_begins + dx;
    for (std::size_t x = 0; x < middle; ++x)
      *cosines++ =
          (three[x + reach] + three[x + reach + 1] + three[x + reach + 2]) * norms[x] * other_norms[x];
  }
}

double patch_likeness(const PlaceFeatures& a, const PlaceFeatures& b) {
  float best = -HUGE_VALF;
  std::array<float, patches> cosines, at_best;
  for (std::int64_t shift = 0; shift < shifts; ++shift) {
    a.compare(b, shift / shifts_a_side, shift % shifts_a_side, cosines.data());
    const float sum = std::accumulate(cosines.begin(), cosines.end(), 0.f);
    if (sum <= best) continue;
    best = sum;
    at_best = cosines;
  }
  return mean_of_better_half(at_best);
}

}  // namespace scrim
