#include "evaluation/attackers/cohort_attacker.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tensor/parallel.h"

namespace scrim {
namespace {

constexpr double least_deviation = 0.01;
/// Second films that are looked at once.
constexpr std::size_t films_at_once = 64;

}  // namespace

Tensor small_film(const FilmSet& films, std::int64_t film, FilmKind) {
  return resized_film(films.film(film), FilmFit::side, FilmFit::side);
}

struct CohortAttacker::Seen : Views {
  FilmKind kind;
  std::vector<Tensor> films;  ///< at the size that is looked at
  FilmFit::Looks first;
  std::vector<Familiarity> with[2];  ///< by kind of the other film
};

CohortAttacker::CohortAttacker(AttackerFacts facts, std::unique_ptr<const FilmFit> fit,
                               const FilmSet* real_cohort, const FilmSet* released_cohort, FilmView view)
    : facts_(std::move(facts)), fit_(std::move(fit)), view_(std::move(view)) {
  const auto strangers = [&](const FilmSet* cohort, FilmKind kind) {
    return cohort ? fit_->second(views(*cohort, kind, most_strangers)) : FilmFit::Looks();
  };
  cohorts_[int(FilmKind::real)] = strangers(real_cohort, FilmKind::real);
  cohorts_[int(FilmKind::released)] = strangers(released_cohort, FilmKind::released);
}

std::vector<Tensor> CohortAttacker::views(const FilmSet& films, FilmKind kind, std::size_t most) const {
  std::vector<Tensor> seen(std::min(std::size_t(films.count()), most));
  parallel_for(std::int64_t(seen.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) seen[std::size_t(i)] = view_(films, i, kind);
  });
  return seen;
}

CohortAttacker::Familiarity CohortAttacker::familiarity(const FilmFit::Look& film, FilmKind with) const {
  std::vector<double> likenesses;
  for (const auto& stranger : cohorts_[int(with)]) likenesses.push_back(fit_->likeness(film, *stranger));
  if (likenesses.size() < 2) return {};
  std::sort(likenesses.begin(), likenesses.end(), std::greater<>());
  likenesses.resize(std::min(likenesses.size(), nearest_strangers));
  const auto count = double(likenesses.size());
  Familiarity f{std::accumulate(likenesses.begin(), likenesses.end(), 0.0) / count, 0};
  for (const double l : likenesses) f.deviation += (l - f.mean) * (l - f.mean) / count;
  f.deviation = std::sqrt(f.deviation) + least_deviation;
  return f;
}

std::unique_ptr<Attacker::Views> CohortAttacker::look(const FilmSet& films, FilmKind kind) {
  auto seen = std::make_unique<Seen>();
  seen->kind = kind;
  seen->films = views(films, kind, std::size_t(films.count()));
  seen->first = fit_->first(seen->films);
  for (const FilmKind with : {FilmKind::real, FilmKind::released}) {
    auto& known = seen->with[int(with)];
    known.resize(seen->films.size());
    parallel_for(films.count(), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        known[std::size_t(i)] = familiarity(*seen->first[std::size_t(i)], with);
    });
  }
  return seen;
}

std::vector<double> CohortAttacker::scores(const Views& first, const Views& second,
                                           const std::vector<IndexedPair>& pairs) {
  const auto& a = static_cast<const Seen&>(first);
  const auto& b = static_cast<const Seen&>(second);
  std::vector<std::size_t> order(pairs.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return pairs[i].second < pairs[j].second; });
  std::vector<double> result(pairs.size());
  for (std::size_t begin = 0; begin < order.size();) {
    // The pairs of the next second films, each of which is looked at once.
    std::vector<std::int64_t> numbers;
    std::vector<Tensor> films;
    std::vector<std::size_t> look_of;  // by pair
    std::size_t end = begin;
    for (; end < order.size(); ++end) {
      const std::int64_t film = pairs[order[end]].second;
      if (numbers.empty() || numbers.back() != film) {
        if (numbers.size() == films_at_once) break;
        numbers.push_back(film);
        films.push_back(b.films[std::size_t(film)]);
      }
      look_of.push_back(numbers.size() - 1);
    }
    const auto looks = fit_->second(films);
    parallel_for(std::int64_t(end - begin), 16, [&](std::int64_t from, std::int64_t to) {
      for (std::int64_t k = from; k < to; ++k) {
        const std::size_t pair = order[begin + std::size_t(k)];
        const auto one = std::size_t(pairs[pair].first), other = std::size_t(pairs[pair].second);
        const double l = fit_->likeness(*a.first[one], *looks[look_of[std::size_t(k)]]);
        result[pair] =
            (a.with[int(b.kind)][one].normalized(l) + b.with[int(a.kind)][other].normalized(l)) / 2;
      }
    });
    begin = end;
  }
  return result;
}

}  // namespace scrim
