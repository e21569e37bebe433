#include "sharing/format/ternary_signs.h"

#include <cmath>

#include "tensor/parallel.h"

namespace scrim {

double TernaryShape::ideal_bits_of_line() const {
  const double c = double(channels), n = double(k);
  return (std::lgamma(c + 1) - 2 * std::lgamma(n + 1) - std::lgamma(c - 2 * n + 1)) / std::log(2.0);
}

std::int64_t patch_count(std::int64_t height, std::int64_t width, std::int64_t patch_size) {
  const auto patches = [&](std::int64_t side) { return (side + patch_size - 1) / patch_size; };
  return patches(height) * patches(width);
}

TernarySigns signs_at(const Tensor& positive_places, const Tensor& negative_places, std::int64_t channels) {
  const Shape& s = positive_places.shape();
  TernarySigns result{{s[0], s[1], s[4], channels, s[3]}, {}};
  result.signs.assign(std::size_t(result.shape.symbols()), 0);
  const auto positive = positive_places.data<std::int64_t>(), negative = negative_places.data<std::int64_t>();
  const std::int64_t k = s[3], maps = s[4];
  for (std::int64_t place = 0; place < s[0] * s[1] * s[2]; ++place)
    for (std::int64_t map = 0; map < maps; ++map) {
      std::int8_t* line = result.signs.data() + (place * maps + map) * channels;
      const auto index = [&](std::int64_t rank) { return std::size_t((place * k + rank) * maps + map); };
      for (std::int64_t rank = 0; rank < k; ++rank) line[positive[index(rank)]] = 1;
      for (std::int64_t rank = 0; rank < k; ++rank) {
        std::int8_t& sign = line[negative[index(rank)]];
        require(sign == 0, "code", "a channel is among the largest and the smallest at once: all are equal");
        sign = -1;
      }
    }
  return result;
}

SignPlaces places_of(const TernarySigns& signs) {
  const TernaryShape& s = signs.shape;
  require(std::int64_t(signs.signs.size()) == s.symbols(), "code", "{} signs came, expected {}",
          signs.signs.size(), s.symbols());
  const Shape shape{s.patches, s.side, s.side, s.k, s.maps};
  SignPlaces places{Tensor::empty(shape, DType::i64), Tensor::empty(shape, DType::i64)};
  const auto positive = places.positive.mutable_data<std::int64_t>(),
             negative = places.negative.mutable_data<std::int64_t>();
  for (std::int64_t place = 0; place < s.lines() / s.maps; ++place)
    for (std::int64_t map = 0; map < s.maps; ++map) {
      const std::int8_t* line = signs.signs.data() + (place * s.maps + map) * s.channels;
      std::int64_t found_positive = 0, found_negative = 0;
      const auto put = [&](std::span<std::int64_t> to, std::int64_t& found, std::int64_t channel) {
        require(found < s.k, "code", "a line has more than {} signs of a kind", s.k);
        to[std::size_t((place * s.k + found++) * s.maps + map)] = channel;
      };
      for (std::int64_t channel = 0; channel < s.channels; ++channel) {
        if (line[channel] > 0) put(positive, found_positive, channel);
        if (line[channel] < 0) put(negative, found_negative, channel);
      }
      require(found_positive == s.k && found_negative == s.k, "code",
              "a line has {} positive and {} negative signs, expected {} of each", found_positive,
              found_negative, s.k);
    }
  return places;
}

}  // namespace scrim
