// Copies of a film that were edited a little: their pixels differ, what they show does not.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "tensor/tensor.h"

namespace scrim {

/// A film at 16 x 16 pixels, less its mean, of length 1; nothing of a flat film.
using Thumbnail = std::optional<std::array<float, 256>>;
/// film[1,H,W,1].
Thumbnail thumbnail_of(const Tensor& film);

/// Films whose thumbnails correlate at least so are one film. Of NIH's films, two of different patients reach 0.973 and two of
/// one patient 0.987; phantoms reach 0.992; a film with other gray, noise or size stays above 0.9996.
inline constexpr float near_duplicate = 0.998f;

struct NearDuplicate {
  std::size_t first, second;
};
/// Pairs of near duplicates: of one film in each list, in order. Parallel.
std::vector<NearDuplicate> near_duplicates(const std::vector<Thumbnail>& first,
                                           const std::vector<Thumbnail>& second);
/// The same within a list, each pair once.
std::vector<NearDuplicate> near_duplicates(const std::vector<Thumbnail>& films);

}  // namespace scrim
