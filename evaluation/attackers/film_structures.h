// How well the structures of two films fit onto each other, without any training.
//
//   at 64 x 64 pixels: five channels, the direction of the gray's gradient (blurred) and four band-passes of the gray
//   1. similarity transform: the second film is turned and scaled in nine ways; directions at 32 x 32 pixels are correlated
//      at every shift of at most 10 pixels. The best transform is refined to a pixel
//   2. patches of 12 x 12 pixels in the middle of one film are each looked for within 3 more pixels in the other. The place
//      with the highest normalized cross-correlation, the mean over channels, counts. Breathing moves patches by themselves
//   3. likeness: the mean of the better half of the patches, and of both directions (of one in the other and the reverse)
//
// A warp of a few pixels leaves the likeness as it is. The constants were chosen on training pairs of NIH films in 2026.
#pragma once

#include <cstdint>
#include <vector>

#include "tensor/tensor.h"

namespace scrim {

/// A film made ready to be compared: about 250 KB.
class FilmStructures {
 public:
  static constexpr std::int64_t side = 64;  ///< pixels of a film as it is looked at

  /// film: [1,H,W,1] in [0,1], of any size.
  explicit FilmStructures(const Tensor& film);

 private:
  friend class TurnedStructures;
  friend double likeness(const FilmStructures& a, const class TurnedStructures& b);
  friend double likeness_of_patches(const FilmStructures& patches_of, const FilmStructures& within,
                                    std::int64_t dy, std::int64_t dx);

  std::vector<float> planes_;         ///< padded: four bands, and two of the gradient's direction
  std::vector<float> inverse_norms_;  ///< of every channel under a patch that begins at a place
  std::vector<float> small_;          ///< directions at half size, padded
  std::vector<float> small_norms_;    ///< inverse, under the window at every shift
};

/// The same film turned and scaled in nine ways: about 2 MB, made when it is needed.
class TurnedStructures {
 public:
  explicit TurnedStructures(const Tensor& film);

 private:
  friend double likeness(const FilmStructures& a, const TurnedStructures& b);
  std::vector<FilmStructures> ways_;  ///< the film as it is comes first
};

/// -1 to 1; higher for films of one patient.
double likeness(const FilmStructures& a, const TurnedStructures& b);

}  // namespace scrim
