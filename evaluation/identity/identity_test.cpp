#include "evaluation/identity/identity_test.h"

#include <algorithm>
#include <cmath>

#include "base/config/config_checks.h"
#include "base/problem_list.h"

namespace scrim {
namespace {

const std::string matchable[] = {"sex", "view", "age", "findings", "size", "source"};

}  // namespace

void check(const MatchSettings& m) {
  for (const auto& column : m.by)
    expect(std::find(std::begin(matchable), std::end(matchable), column) != std::end(matchable),
           "evaluation.matched_by", column, "some of: sex, view, age, findings, size, source");
  expect(m.age_years >= 0, "evaluation.matched_age_years", m.age_years, "at least 0");
}

IdentityTest::IdentityTest(const std::vector<Pair>& listed, const std::vector<std::string>& more_films,
                           const LabelTable* labels, const MatchSettings& match)
    : set_(indexed(listed)), match_(match) {
  std::set<std::string> known(set_.names.begin(), set_.names.end());
  for (const auto& film : more_films)
    if (known.insert(film).second) set_.names.push_back(film);
  ProblemList problems("data");
  for (const auto& film : set_.names) {
    patients_.push_back(labels ? labels->patient_of(film) : patient_of_name(film));
    labels_.push_back(labels && labels->contains(film) ? &labels->of(film) : nullptr);
    if (patients_.back().empty())
      problems.add(fmt::format("the patient of {} is not known. Set data.labels to a table", film));
  }
  for (const IndexedPair& pair : set_.pairs)
    if (const auto a = std::size_t(pair.first), b = std::size_t(pair.second);
        (patients_[a] == patients_[b]) != pair.same_patient)
      problems.add(fmt::format("the list says that {} and {} show {}, the patients say otherwise",
                               set_.names[a], set_.names[b],
                               pair.same_patient ? "one patient" : "two patients"));
  problems.throw_if_any();
  for (const auto& column : match.by)
    if (!labels || (column != "findings" && !labels->has(column))) {
      missing_.push_back(column);
      std::erase(match_.by, column);
    }
}

std::vector<IndexedPair> IdentityTest::listed_of_one() const {
  std::vector<IndexedPair> pairs;
  for (const IndexedPair& pair : set_.pairs)
    if (pair.same_patient && pair.first != pair.second) pairs.push_back(pair);
  return pairs;
}

std::int64_t IdentityTest::patient_count() const {
  return std::int64_t(std::set<std::string>(patients_.begin(), patients_.end()).size());
}

std::string IdentityTest::matched_by() const {
  std::string text;
  for (const auto& column : match_.by) {
    text += (text.empty() ? "" : ", ") + column;
    if (column == "age") text += fmt::format(" within {} years", match_.age_years);
  }
  return text;
}

std::vector<float> IdentityTest::all_scores(Attacker& attacker, const Attacker::Views& first,
                                            FilmKind first_kind, const Attacker::Views& second,
                                            FilmKind second_kind) const {
  const auto films = std::int64_t(set_.names.size());
  const bool one_kind = first_kind == second_kind;
  std::vector<IndexedPair> pairs;
  for (std::int64_t i = 0; i < films; ++i)
    for (std::int64_t j = one_kind ? i + 1 : 0; j < films; ++j) pairs.push_back({i, j, false});
  const auto scores = attacker.scores(first, second, pairs);
  std::vector<float> all(std::size_t(films * films), 0);
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    require(std::isfinite(scores[p]), attacker.facts().name, "gives {} for a pair of films", scores[p]);
    all[std::size_t(pairs[p].first * films + pairs[p].second)] = float(scores[p]);
    if (one_kind) all[std::size_t(pairs[p].second * films + pairs[p].first)] = float(scores[p]);
  }
  return all;
}

bool IdentityTest::are_matched(std::size_t i, std::size_t j) const {
  const FilmLabels *a = labels_[i], *b = labels_[j];
  if (!a || !b) return false;
  return std::all_of(match_.by.begin(), match_.by.end(), [&](const std::string& column) {
    if (column == "sex") return !a->sex.empty() && a->sex == b->sex;
    if (column == "view") return !a->view.empty() && a->view == b->view;
    if (column == "findings") return a->findings == b->findings;
    if (column == "size") return !a->size.empty() && a->size == b->size;
    if (column == "source") return !a->source.empty() && a->source == b->source;
    return a->age_years && b->age_years && std::abs(*a->age_years - *b->age_years) <= match_.age_years;
  });
}

std::vector<IndexedPair> IdentityTest::stranger_pairs(bool matched_only) const {
  std::vector<IndexedPair> pairs;
  for (const IndexedPair& pair : set_.pairs)
    if (pair.same_patient &&
        (!matched_only || are_matched(std::size_t(pair.first), std::size_t(pair.second))))
      pairs.push_back(pair);
  for (std::size_t i = 0; i < patients_.size(); ++i)
    for (std::size_t j = i + 1; j < patients_.size(); ++j)
      if (patients_[i] != patients_[j] && (!matched_only || are_matched(i, j)))
        pairs.push_back({std::int64_t(i), std::int64_t(j), false});
  return pairs;
}

std::vector<GroupedCase> IdentityTest::cases(const std::vector<float>& scores,
                                             const std::vector<IndexedPair>& pairs) const {
  std::vector<GroupedCase> result;
  for (const IndexedPair& pair : pairs) {
    const auto i = std::size_t(pair.first), j = std::size_t(pair.second);
    result.push_back({{scores[i * set_.names.size() + j], pair.same_patient}, patients_[i], patients_[j]});
  }
  return result;
}

IdentityFigures IdentityTest::figures(const std::vector<float>& scores, bool is_original_there,
                                      const FigureSettings& s) const {
  const Random random(s.seed, "bootstrap");
  IdentityFigures figures;
  figures.listed = verification_figures(cases(scores, set_.pairs), s.bootstrap_draws, random);
  figures.strangers = verification_figures(cases(scores, stranger_pairs(false)), s.bootstrap_draws, random);
  if (!match_.by.empty())
    figures.matched = verification_figures(cases(scores, stranger_pairs(true)), s.bootstrap_draws, random);
  const SearchScores search{scores, patients_};
  figures.search = film_search(search, s.bootstrap_draws, random);
  if (is_original_there) figures.original_rank_1 = original_search(search);
  figures.enrolment = enrolment_search(search, s.enrolments, random.split("enrolment"));
  return figures;
}

}  // namespace scrim
