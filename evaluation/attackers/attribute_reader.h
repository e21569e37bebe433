// Sex, view and age as somebody reads them from a film: a small network learns them from real films of other patients.
// Attackers who see only what it reads tell which part of a risk is more than "a woman of about fifty".
//
// Outputs: male, PA, and older than 10, 20, ..., 80 years; a reader has those whose columns the label table has.
#pragma once

#include "data/files/film_labels.h"
#include "evaluation/attackers/difference_attacker.h"
#include "measures/risk.h"
#include "models/networks/weight_files.h"

namespace scrim {

/// Which of a label table's columns can be learned from films: those that the table has for more than half of them.
struct AttributeColumns {
  bool sex = false, view = false, age = false;

  AttributeColumns(const LabelTable& labels, const std::vector<std::string>& films);
  bool any() const { return sex || view || age; }
  /// Names of the outputs, in their order.
  std::vector<std::string> outputs() const;
  /// Whether the table says all of them of this film.
  bool are_known(const LabelTable& labels, const std::string& film) const;
  /// [count, outputs] of 0 and 1. Of films that are known.
  Tensor targets(const LabelTable& labels, const std::vector<std::string>& films) const;
};

/// What is read from a film, as far as there are columns.
struct ReadAttributes {
  double male = 0, pa = 0;  ///< probabilities
  double age_years = 0;
};

class AttributeReader {
 public:
  /// weights: of train_classifier on targets(), with these columns.
  AttributeReader(const std::string& weights, const AttributeColumns& columns);
  std::vector<ReadAttributes> read(const FilmSet& films) const;
  /// What an attacker knows who sees nothing else.
  DifferenceAttacker::Rows rows() const;
  const AttributeColumns& columns() const { return columns_; }

 private:
  AttributeColumns columns_;
  LoadedClassifier network_;
};

/// How often an attribute is read rightly (Anonymeter's inference risk), beside somebody who has no film and guesses what is most
/// frequent. Age counts as right within 5 years. The films of a patient count as one trial together.
struct Inference {
  std::string attribute;
  std::optional<Estimate> from_film, without_film, risk;
};
/// `guesses_from`: films whose labels the one without a film knows.
std::vector<Inference> inferences(const AttributeReader& reader, const FilmSet& films,
                                  const std::vector<std::string>& patients, const LabelTable& labels,
                                  const std::vector<std::string>& guesses_from);

}  // namespace scrim
