// An attacker without training: how well do the structures of two films fit onto each other?
//
//   at 64 x 64 pixels: the direction of the gray's gradient (blurred), and two band-passes of it
//   1. rough registration: the shift of at most 8 pixels with the highest correlation g of the directions
//   2. patches of 12 x 12 pixels in the middle are each looked for within 3 more pixels; l = the mean of the
//      better half of their normalized cross-correlations. Breathing moves patches by themselves.
//   3. l, less the mean of what both films reach with a cohort of strangers: some films fit onto everything
//
// A warp of a few pixels leaves the score as it is. The constants were chosen on the training pairs of the
// NIH films in 2026; nothing else was fitted. Cohort normalization: Auckenthaler, Carey, Lloyd-Thomas, "Score
// normalization for text-independent speaker verification systems", 2000.
#pragma once

#include "films/film_settings.h"

namespace scrim {

class CorrelationAttacker {
 public:
  static constexpr std::int64_t side = 64;  ///< pixels of a film as it is looked at
  static constexpr std::size_t most_strangers = 32;

  /// `cohort`: films of strangers to the films that will be compared; the first 32 serve. May be empty: step
  /// 3 is left out then.
  explicit CorrelationAttacker(const FilmSet& cohort);

  /// A film made ready to be compared.
  struct Sight {
    std::vector<float> directions;  ///< unit vector of the gradient, shorter where flat; two padded planes
    std::vector<float> bands;       ///< the two band-passes, likewise
    std::vector<float> window_energies,
        patch_energies;      ///< of them, at every place where they may be asked for
    double familiarity = 0;  ///< mean l against the cohort
  };
  std::vector<Sight> look_at(const FilmSet& films) const;

  /// How alike the films are; higher for one patient. Not symmetric: patches of `a` are looked for in `b`.
  double score(const Sight& a, const Sight& b) const;
  /// One score a pair, in parallel.
  std::vector<double> scores(const std::vector<Sight>& first, const std::vector<Sight>& second,
                             const std::vector<IndexedPair>& pairs) const;

 private:
  std::vector<Sight> cohort_;
};

}  // namespace scrim
