// A film's code as what a sealed file holds of it: at each place of each patch and for each code map a line of
// c signs, of which exactly k are +1 and exactly k are -1.
#pragma once

#include <cstdint>
#include <vector>

#include "tensor/tensor.h"

namespace scrim {

struct TernaryShape {
  std::int64_t patches = 0;   ///< of the film, row by row
  std::int64_t side = 0;      ///< a patch's code has side * side places, row by row
  std::int64_t maps = 0;      ///< m
  std::int64_t channels = 0;  ///< c
  std::int64_t k = 0;         ///< 1 <= k, 2k <= c

  std::int64_t lines() const { return patches * side * side * maps; }
  std::int64_t symbols() const { return lines() * channels; }
  /// log2(C(c,k) * C(c-k,k)) bits: what a line needs when every choice of its places is as likely.
  double ideal_bits_of_line() const;
  double ideal_bits() const { return double(lines()) * ideal_bits_of_line(); }
  friend bool operator==(const TernaryShape&, const TernaryShape&) = default;
};

struct TernarySigns {
  TernaryShape shape;
  std::vector<std::int8_t> signs;  ///< [patches, side, side, maps, channels] of -1, 0, 1
};

/// How many square patches of `patch_size` pixels cover a film.
std::int64_t patch_count(std::int64_t height, std::int64_t width, std::int64_t patch_size);

/// The signs of the places [patches,side,side,k,m] i64 of each sign. Throws Error when a channel has both, which happens
/// only where all channels are equal.
TernarySigns signs_at(const Tensor& positive, const Tensor& negative, std::int64_t channels);

/// Channels of the signs, [patches,side,side,k,m] each, ascending along k.
struct SignPlaces {
  Tensor positive, negative;
};
/// Throws Error when a line has not exactly k of each sign.
SignPlaces places_of(const TernarySigns& signs);

}  // namespace scrim
