// The films of patients whom attackers have not seen, and the pairs among them that say how well identity shows.
//
//   listed     the pairs of the list, as published
//   strangers  the listed pairs of one patient against every pair of films of two patients
//   matched    of both, only pairs of the same sex and view, and of nearly the same age: who tells women from men, or views
//              apart, knows nobody again
#pragma once

#include <set>

#include "evaluation/attackers/attacker.h"
#include "measures/search.h"
#include "measures/verification.h"

namespace scrim {

/// How alike the films of a matched pair are.
struct MatchSettings {
  std::vector<std::string> by = {"sex", "view", "age"};
  double age_years = 5;
};

template <class Visit>
void visit_fields(MatchSettings& m, Visit&& visit) {
  visit("evaluation", "matched_by", m.by,
        "what the films of matched pairs have in common: \"sex\", \"view\", \"age\", \"findings\", \"size\" "
        "(of the "
        "original), \"source\"");
  visit("evaluation", "matched_age_years", m.age_years, "age: largest difference, years");
}
void check(const MatchSettings& settings);

/// What the scores of one attacker on one kind of pairs come to.
struct IdentityFigures {
  VerificationFigures listed, strangers;
  std::optional<VerificationFigures> matched;  ///< nothing where the table has none of the columns
  FilmSearch search;
  std::optional<double> original_rank_1;  ///< released films searched for among the real ones
  std::optional<EnrolmentSearch> enrolment;
};

struct FigureSettings {
  std::int64_t bootstrap_draws = 1000, enrolments = 200;
  std::uint64_t seed = 1;
};

class IdentityTest {
 public:
  /// `listed`: pairs; `more_films`: films beyond them, of patients with one film as well. `labels` may be null: patients come
  /// from names then. Throws Error for a film whose patient nobody says, and where a listed pair contradicts the patients.
  IdentityTest(const std::vector<Pair>& listed, const std::vector<std::string>& more_films,
               const LabelTable* labels, const MatchSettings& match);

  const std::vector<std::string>& films() const { return set_.names; }
  const std::vector<std::string>& patients() const { return patients_; }  ///< of each film
  const std::vector<IndexedPair>& listed() const { return set_.pairs; }
  /// Those of one patient, of two different films.
  std::vector<IndexedPair> listed_of_one() const;
  std::int64_t patient_count() const;
  /// What films of matched pairs have in common in this test: "sex, view, age within 5 years"; "" = nothing is known.
  std::string matched_by() const;
  /// Columns that matching asks for and the table lacks.
  std::vector<std::string> missing_columns() const { return missing_; }

  /// Scores of an attacker for all films with all, [films * films]; of one kind each film pair is asked about once.
  std::vector<float> all_scores(Attacker& attacker, const Attacker::Views& first, FilmKind first_kind,
                                const Attacker::Views& second, FilmKind second_kind) const;

  /// The listed pairs of one patient, and every pair of films of two patients; or the matched ones among them.
  std::vector<IndexedPair> stranger_pairs(bool matched_only) const;
  /// What such scores say of pairs.
  std::vector<GroupedCase> cases(const std::vector<float>& scores,
                                 const std::vector<IndexedPair>& pairs) const;
  /// `is_original_there`: the second side holds the originals of the first.
  IdentityFigures figures(const std::vector<float>& scores, bool is_original_there,
                          const FigureSettings& settings) const;

 private:
  bool are_matched(std::size_t i, std::size_t j) const;

  PairSet set_;
  std::vector<std::string> patients_;
  std::vector<const FilmLabels*> labels_;  ///< of each film; null where the table lacks it
  MatchSettings match_;                    ///< what can be matched
  std::vector<std::string> missing_;
};

}  // namespace scrim
