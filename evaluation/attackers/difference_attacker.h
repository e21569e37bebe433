// Attackers that look at no picture: what is known of a film is a row of numbers, and a logistic regression on how far two
// rows lie apart says whether they are of one patient. It learns from training pairs.
//
//   attributes     sex, view and age, from the table: the control. Pairs of one patient agree in them, so whoever does no
//                  better than this has recognized nobody
//   cells          the findings of a real film, and those of a surrogate's donor
//   side_channels  what a file shows besides its picture: size, depth, length as PNG, borders, corners (where markers are),
//                  histogram of the grays
#pragma once

#include <functional>

#include "data/files/film_labels.h"
#include "evaluation/attackers/attacker.h"
#include "measures/logistic.h"

namespace scrim {

class DifferenceAttacker : public Attacker {
 public:
  using Row = std::vector<double>;
  /// The row of each film, in order. Two films differ by |a - b| and its root in every column; what is not known of one
  /// of them (NaN) counts as 0.5 apart.
  using Rows = std::function<std::vector<Row>(const FilmSet& films, FilmKind kind)>;

  DifferenceAttacker(AttackerFacts facts, Rows rows);
  /// Learns from pairs; before any score. Throws Error unless pairs of one patient and of two are there.
  void learn(const Views& first, const Views& second, const std::vector<IndexedPair>& pairs);

  AttackerFacts facts() const override { return facts_; }
  std::unique_ptr<Views> look(const FilmSet& films, FilmKind kind) override;
  std::vector<double> scores(const Views& first, const Views& second,
                             const std::vector<IndexedPair>& pairs) override;

 private:
  struct Seen;
  AttackerFacts facts_;
  Rows rows_;
  std::optional<LogisticRegression> regression_;
};

/// The columns sex, view and age of `labels`; those that the table has. Throws Error where it has none of them.
DifferenceAttacker::Rows attribute_rows(const LabelTable& labels);
/// The findings of real films by `labels`, and those that `released` says of released ones: who has the pool of donors reads
/// a release's cell, and here he also has the table of the real films.
DifferenceAttacker::Rows finding_rows(const LabelTable& labels, const LabelTable& released);
/// Of what a file shows besides its picture; `image(film, kind)`: as released, or as it is.
DifferenceAttacker::Rows side_channel_rows(
    std::function<GrayImage(const FilmSet& films, std::int64_t film, FilmKind kind)> image);

}  // namespace scrim
