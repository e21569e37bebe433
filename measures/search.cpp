#include "measures/search.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"

namespace scrim {
namespace {

constexpr std::size_t most_ranks = 50;

std::map<std::string, std::vector<std::size_t>> films_by_patient(const SearchScores& scores) {
  require(scores.values.size() == scores.films() * scores.films(), "search", "{} scores came for {} films",
          scores.values.size(), scores.films());
  std::map<std::string, std::vector<std::size_t>> films;
  for (std::size_t i = 0; i < scores.films(); ++i) films[scores.patients[i]].push_back(i);
  return films;
}

/// One random enrolment: the film of each patient in the gallery, and the films that are left of it.
struct Enrolled {
  std::vector<std::size_t> gallery;            ///< by patient
  std::vector<std::vector<std::size_t>> left;  ///< by patient, shuffled
};
Enrolled enrol(const std::vector<std::vector<std::size_t>>& films, Random& random) {
  Enrolled enrolled;
  for (auto own : films) {
    shuffle(own, random);
    enrolled.gallery.push_back(own.back());
    own.pop_back();
    enrolled.left.push_back(std::move(own));
  }
  return enrolled;
}

/// How many strangers' enrolled films score above the own one, ties counting half.
double strangers_ahead(const std::vector<double>& scores, std::size_t own) {
  double ahead = 0;
  for (std::size_t p = 0; p < scores.size(); ++p)
    if (p != own) ahead += scores[p] > scores[own] ? 1 : scores[p] == scores[own] ? 0.5 : 0;
  return ahead;
}

/// The share of random galleries of `size` patients in which nobody is ahead, when `ahead` of `strangers` are: none of
/// size - 1 drawn without replacement.
double found_in_gallery(double ahead, double strangers, double size) {
  double chance = 1;
  for (double drawn = 0; drawn < size - 1 && chance > 0; ++drawn)
    chance *= std::max(0.0, strangers - ahead - drawn) / (strangers - drawn);
  return chance;
}

double logit(double share) {
  const double inside = std::clamp(share, 1e-4, 1 - 1e-4);
  return std::log(inside / (1 - inside));
}

/// A straight line through the logits of the measured points from ten patients on.
void extrapolate(std::vector<GalleryPoint>& points) {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (const GalleryPoint& p : points)
    if (p.patients >= 10) {
      const double at = std::log10(p.patients), value = logit(p.rank_1);
      ++n;
      x += at;
      y += value;
      xx += at * at;
      xy += at * value;
    }
  if (n < 3) return;
  const double slope = (n * xy - x * y) / (n * xx - x * x), start = (y - slope * x) / n;
  const double largest = points.back().patients;
  for (const double size : {1e3, 1e4, 1e5})
    if (size > largest)
      points.push_back({size, 1 / (1 + std::exp(-(start + slope * std::log10(size)))), true});
}

/// Scores of a patient's searches: the best answer, and whether it is right.
struct OpenSetCase {
  double best;
  bool right;
};

std::optional<double> missed_at(const std::vector<OpenSetCase>& enrolled, std::vector<double> others,
                                double false_positive_rate) {
  if (enrolled.empty() || double(others.size()) * false_positive_rate < 1) return std::nullopt;
  std::sort(others.begin(), others.end(), std::greater<>());
  const double threshold = others[std::size_t(double(others.size()) * false_positive_rate)];
  double missed = 0;
  for (const OpenSetCase& c : enrolled) missed += !(c.right && c.best > threshold);
  return missed / double(enrolled.size());
}

}  // namespace

FilmSearch film_search(const SearchScores& scores, std::int64_t draws, Random random) {
  FilmSearch search;
  const std::size_t films = scores.films();
  search.gallery = std::int64_t(films) - 1;
  search.found_within.assign(std::min(most_ranks, films > 1 ? films - 1 : 0), 0);
  std::vector<double> found_by_patient;
  for (const auto& [patient, own] : films_by_patient(scores)) {
    if (own.size() < 2) continue;
    FilmSearch::Patient result{own, 0, 0};
    for (const std::size_t query : own) {
      std::vector<std::size_t> ranked;
      for (std::size_t j = 0; j < films; ++j)
        if (j != query) ranked.push_back(j);
      // Of equal scores strangers come first: an attacker who cannot tell films apart has found nobody.
      std::stable_sort(ranked.begin(), ranked.end(), [&, &patient = patient](std::size_t a, std::size_t b) {
        const float x = scores.at(query, a), y = scores.at(query, b);
        return x != y ? x > y : scores.patients[a] != patient && scores.patients[b] == patient;
      });
      const std::size_t relevant = own.size() - 1;
      double precision = 0, best_own = -HUGE_VAL, best_stranger = -HUGE_VAL;
      std::size_t found = 0, first = ranked.size();
      for (std::size_t rank = 0; rank < ranked.size(); ++rank) {
        const bool is_own = scores.patients[ranked[rank]] == patient;
        double& best = is_own ? best_own : best_stranger;
        best = std::max(best, double(scores.at(query, ranked[rank])));
        if (!is_own) continue;
        first = std::min(first, rank);
        if (rank < relevant) precision += double(++found) / double(rank + 1);
      }
      for (std::size_t rank = first; rank < search.found_within.size(); ++rank) ++search.found_within[rank];
      search.map_at_r += precision / double(relevant);
      search.chance += double(relevant) / double(search.gallery);
      result.found += (first == 0) / double(own.size());
      result.margin += (best_own - best_stranger) / double(own.size());
      ++search.queries;
    }
    found_by_patient.push_back(result.found);
    search.patients.push_back(std::move(result));
  }
  if (search.queries > 0) {
    for (double& share : search.found_within) share /= double(search.queries);
    search.map_at_r /= double(search.queries);
    search.chance /= double(search.queries);
  }
  search.rank_1_interval = bootstrap_mean(found_by_patient, draws, random);
  std::stable_sort(search.patients.begin(), search.patients.end(), [](const auto& a, const auto& b) {
    return a.found != b.found ? a.found > b.found : a.margin > b.margin;
  });
  return search;
}

std::optional<double> original_search(const SearchScores& scores) {
  if (scores.films() < 2) return std::nullopt;
  double found = 0;
  for (std::size_t query = 0; query < scores.films(); ++query) {
    bool first = true;
    for (std::size_t j = 0; j < scores.films(); ++j)
      first &= j == query || scores.at(query, j) < scores.at(query, query);
    found += first;
  }
  return found / double(scores.films());
}

std::optional<EnrolmentSearch> enrolment_search(const SearchScores& scores, std::int64_t repetitions,
                                                Random random) {
  std::vector<std::vector<std::size_t>> films;
  std::vector<std::size_t> several;
  for (const auto& [patient, own] : films_by_patient(scores)) {
    if (own.size() > 1) several.push_back(films.size());
    films.push_back(own);
  }
  if (several.empty() || films.size() < 2 || repetitions < 1) return std::nullopt;

  EnrolmentSearch search;
  search.repetitions = repetitions;
  search.gallery = std::int64_t(films.size());
  search.queries = std::int64_t(several.size());
  search.chance = 1 / double(films.size());
  const double strangers = double(films.size() - 1), weight = 1 / double(repetitions * search.queries);
  for (double size = 2; size < double(films.size()); size *= 2) search.by_gallery.push_back({size, 0, false});
  search.by_gallery.push_back({double(films.size()), 0, false});

  std::map<std::size_t, double> found;
  std::vector<OpenSetCase> enrolled_cases;
  std::vector<double> other_cases;
  for (std::int64_t repetition = 0; repetition < repetitions; ++repetition) {
    const Enrolled enrolled = enrol(films, random);
    std::vector<std::size_t> halves = several;
    shuffle(halves, random);
    std::vector<bool> left_out(films.size(), false);
    for (std::size_t i = 0; i < halves.size() / 2; ++i) left_out[halves[i]] = true;
    for (const std::size_t patient : several) {
      std::vector<double> one, highest(films.size(), -HUGE_VAL), mean(films.size(), 0);
      for (std::size_t p = 0; p < films.size(); ++p) {
        one.push_back(scores.at(enrolled.left[patient].front(), enrolled.gallery[p]));
        for (const std::size_t film : enrolled.left[patient]) {
          const double score = scores.at(film, enrolled.gallery[p]);
          highest[p] = std::max(highest[p], score);
          mean[p] += score / double(enrolled.left[patient].size());
        }
      }
      const double ahead = strangers_ahead(one, patient);
      search.rank_1 += weight * (ahead == 0);
      search.rank_5 += weight * (ahead < 5);
      search.rank_10 += weight * (ahead < 10);
      search.rank_1_by_maximum += weight * (strangers_ahead(highest, patient) == 0);
      search.rank_1_by_mean += weight * (strangers_ahead(mean, patient) == 0);
      found[patient] += (ahead == 0) / double(repetitions);
      for (GalleryPoint& point : search.by_gallery)
        point.rank_1 += weight * found_in_gallery(std::ceil(ahead), strangers, point.patients);

      OpenSetCase best{-HUGE_VAL, false};
      for (std::size_t p = 0; p < films.size(); ++p)
        if (!left_out[p] && one[p] > best.best) best = {one[p], p == patient};
      if (left_out[patient])
        other_cases.push_back(best.best);
      else
        enrolled_cases.push_back(best);
    }
  }
  std::vector<double> by_patient;
  for (const auto& [patient, share] : found) by_patient.push_back(share);
  search.rank_1_interval = bootstrap_mean(by_patient, 1000, random.split("patients"));
  // Searches of one patient in several enrolments are not independent: at least as many patients as the rate needs.
  if (several.size() / 2 >= 10) search.missed_at_10_percent = missed_at(enrolled_cases, other_cases, 0.1);
  if (several.size() / 2 >= 50) search.missed_at_1_percent = missed_at(enrolled_cases, other_cases, 0.01);
  extrapolate(search.by_gallery);
  return search;
}

}  // namespace scrim
