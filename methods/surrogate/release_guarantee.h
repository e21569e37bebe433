// What can be said about releases that depend on a film through one of m cells alone, whatever an attacker does and knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace scrim {

class ReleaseGuarantee {
 public:
  /// films_by_cell: how many films of the strangers, patients who are not looked for, are in each cell.
  explicit ReleaseGuarantee(std::vector<std::int64_t> films_by_cell);
  /// The same from the cell of each film, 0 to cells - 1.
  static ReleaseGuarantee of_films(const std::vector<std::int64_t>& cell_of_film, std::int64_t cells);

  std::int64_t cells() const { return std::int64_t(films_.size()); }
  const std::vector<std::int64_t>& films() const { return films_; }

  /// The largest probability of naming the patient of `releases` releases among `patients` who are equally likely:
  /// m^n / N, at most 1. For each cell, or row of cells, at best one patient is named rightly; the sum over them of
  /// 1/N is the bound.
  double identification(std::int64_t patients, std::int64_t releases = 1) const;

  /// The share of films in the least frequent cell; nothing where a cell has none.
  std::optional<double> least_share() const;
  /// The largest share of pairs of one patient that an attacker can accept while he accepts a share of at most
  /// `false_positives` of the pairs of strangers: false_positives / least_share, at most 1. It holds for pairs of a
  /// release and a film or release of the same patient, against pairs whose first film was drawn anew from the same
  /// films. Nothing where a cell has no films.
  /// Proof: let q(y|c) be the other film's distribution given the cell c, and A(c,y) what is accepted. Strangers are accepted
  /// with sum p(c) p(c') q(y|c') A(c,y) >= sum p(c) p(c) q(y|c) A(c,y) >= min p * sum p(c) q(y|c) A(c,y), which is min p
  /// times the share of pairs of one patient.
  std::optional<double> true_positives(double false_positives) const;

  /// All of it in words.
  std::string text() const;

  /// How much a release says about the film at most, bits: log2 m if all cells are equally frequent.
  double entropy_bits() const;

 private:
  std::vector<std::int64_t> films_;
  std::int64_t all_ = 0;
};

}  // namespace scrim
