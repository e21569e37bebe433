// How alike two films are by the features of their places (models/patch_matcher.h).
//   a patch is 3 x 3 places; the likeness of two patches is the cosine of all their features, taken together
//   likeness of films: the 10 x 10 patches in the middle of one film are looked for in the other; the mean of the better half
// Learning looks for each patch by itself, within two places: features need not stand exactly where they stood. Films are
// compared at one shift of at most two places for all patches, the one with the highest mean: fewer strangers fit then.
#pragma once

#include <cstdint>
#include <vector>

#include "autograd/variable.h"

namespace scrim {

/// What learning uses; as in a prototype, chosen on validation films of NIH in 2026.
inline constexpr double place_temperature = 0.05, film_temperature = 0.04;

/// For learning: features a [N,16,16,C] and b [M,16,16,C] to the likeness [N,M] of every film a, whose patches are looked for, with
/// every film b. Places count by the softmax of their cosines over place_temperature.
Variable patch_likenesses(const Variable& a, const Variable& b);

/// From likenesses [N,N] of films a and b, where a[i] and b[i] show one patient: the mean cross-entropy of finding b[i] among all
/// b, and a[i] among all a, by likeness / film_temperature (InfoNCE: van den Oord et al., 2018, equation 4). hidden[N,N], added
/// to that, is very negative where a[i] and b[j] are other films of one patient; undefined: none are. own[N] i64: 0 to N - 1.
Variable matching_loss(const Variable& likenesses, const Tensor& own, const Tensor& hidden);

/// A film's features in memory of the processor, ready to be compared.
class PlaceFeatures {
 public:
  /// features[16,16,C] of one film.
  PlaceFeatures(const float* features, std::int64_t channels);

 private:
  friend double patch_likeness(const PlaceFeatures& a, const PlaceFeatures& b);
  /// To cosines[100]: of the patches in the middle with those of `other`, moved by (dy - 2, dx - 2) places.
  void compare(const PlaceFeatures& other, std::int64_t dy, std::int64_t dx, float* cosines) const;

  std::int64_t channels_;
  std::vector<float> values_;  ///< [16,C,20]: rows of places, with zeros at both ends, channel by channel
  std::vector<float> inverse_norms_;  ///< [14,14] of the patches that begin there
};

/// The likeness of two films, -1 to 1. Callable from several threads.
double patch_likeness(const PlaceFeatures& a, const PlaceFeatures& b);

}  // namespace scrim
