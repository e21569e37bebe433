// An attacker who asks how well films fit onto each other (film_fit.h), and how well they fit onto strangers.
//
// Some films fit onto everything. So the likeness of a pair is held against what each film reaches with a cohort of strangers
// whose films are of the other film's kind: released strangers for a released film. score = the mean over both films of
// (likeness - mean) / (deviation + 0.01), over the 20 strangers that fit best. Cohort normalization: Auckenthaler, Carey,
// Lloyd-Thomas, "Score normalization for text-independent speaker verification systems", 2000; the strangers that fit best:
// Sturim, Reynolds, "Speaker adaptive cohort selection for Tnorm", ICASSP 2005.
#pragma once

#include <functional>

#include "evaluation/attackers/attacker.h"
#include "evaluation/attackers/film_fit.h"

namespace scrim {

/// What the attacker looks at of a film, [1,64,64,C]; callable from several threads.
using FilmView = std::function<Tensor(const FilmSet& films, std::int64_t film, FilmKind kind)>;
/// The film itself.
Tensor small_film(const FilmSet& films, std::int64_t film, FilmKind kind);

class CohortAttacker : public Attacker {
 public:
  static constexpr std::size_t most_strangers = 100, nearest_strangers = 20;

  /// Films of strangers to the films that will be compared, of each kind that will be; the first 100 serve. With fewer
  /// than two (or null) the likeness itself is the score where films of that kind are compared with.
  CohortAttacker(AttackerFacts facts, std::unique_ptr<const FilmFit> fit, const FilmSet* real_cohort,
                 const FilmSet* released_cohort, FilmView view = small_film);

  AttackerFacts facts() const override { return facts_; }
  std::unique_ptr<Views> look(const FilmSet& films, FilmKind kind) override;
  /// Parallel over pairs. A film's likeness to strangers is that of the first film of a pair, on both sides.
  std::vector<double> scores(const Views& first, const Views& second,
                             const std::vector<IndexedPair>& pairs) override;

 private:
  struct Seen;
  struct Familiarity {
    double mean = 0, deviation = 1;
    double normalized(double likeness) const { return (likeness - mean) / deviation; }
  };
  Familiarity familiarity(const FilmFit::Look& film, FilmKind with) const;

  std::vector<Tensor> views(const FilmSet& films, FilmKind kind, std::size_t most) const;

  AttackerFacts facts_;
  std::unique_ptr<const FilmFit> fit_;
  FilmView view_;
  FilmFit::Looks cohorts_[2];  ///< by kind
};

}  // namespace scrim
