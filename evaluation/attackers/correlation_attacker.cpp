#include "evaluation/attackers/correlation_attacker.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tensor/parallel.h"

namespace scrim {
namespace {

constexpr double least_deviation = 0.01;
/// Turned films that are held at once.
constexpr std::size_t films_at_once = 64;

std::vector<TurnedStructures> turned_films(std::size_t count,
                                           const std::function<Tensor(std::size_t)>& film) {
  std::vector<std::optional<TurnedStructures>> made(count);
  parallel_for(std::int64_t(count), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) made[std::size_t(i)].emplace(film(std::size_t(i)));
  });
  std::vector<TurnedStructures> films;
  for (auto& one : made) films.push_back(std::move(*one));
  return films;
}

}  // namespace

struct CorrelationAttacker::Seen : Views {
  struct Film {
    Tensor small;  ///< the film at the size that is looked at
    std::optional<FilmStructures> structures;
    Familiarity with[2];  ///< by kind of the other film
  };
  FilmKind kind;
  std::vector<Film> films;
};

CorrelationAttacker::CorrelationAttacker(const FilmSet* real_cohort, const FilmSet* released_cohort) {
  for (const FilmSet* cohort : {real_cohort, released_cohort})
    if (cohort)
      cohorts_[cohort == real_cohort ? 0 : 1] =
          turned_films(std::min(std::size_t(cohort->count()), most_strangers),
                       [&](std::size_t i) { return cohort->film(std::int64_t(i)); });
}

CorrelationAttacker::~CorrelationAttacker() = default;

AttackerFacts CorrelationAttacker::facts() const {
  return {.name = "correlation",
          .family = "correlation",
          .knows = cohorts_[0].empty() && cohorts_[1].empty() ? "nothing else" : "films of strangers"};
}

CorrelationAttacker::Familiarity CorrelationAttacker::familiarity(const FilmStructures& film,
                                                                  FilmKind with) const {
  std::vector<double> likenesses;
  for (const TurnedStructures& stranger : cohorts_[int(with)]) likenesses.push_back(likeness(film, stranger));
  if (likenesses.size() < 2) return {};
  std::sort(likenesses.begin(), likenesses.end(), std::greater<>());
  likenesses.resize(std::min(likenesses.size(), nearest_strangers));
  const auto count = double(likenesses.size());
  Familiarity f{std::accumulate(likenesses.begin(), likenesses.end(), 0.0) / count, 0, true};
  for (const double l : likenesses) f.deviation += (l - f.mean) * (l - f.mean) / count;
  f.deviation = std::sqrt(f.deviation) + least_deviation;
  return f;
}

std::unique_ptr<Attacker::Views> CorrelationAttacker::look(const FilmSet& films, FilmKind kind) {
  auto seen = std::make_unique<Seen>();
  seen->kind = kind;
  seen->films.resize(std::size_t(films.count()));
  parallel_for(films.count(), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      Seen::Film& film = seen->films[std::size_t(i)];
      film.small = resized_film(films.film(i), FilmStructures::side, FilmStructures::side);
      film.structures.emplace(film.small);
      for (const FilmKind with : {FilmKind::real, FilmKind::released})
        film.with[int(with)] = familiarity(*film.structures, with);
    }
  });
  return seen;
}

std::vector<double> CorrelationAttacker::scores(const Views& first, const Views& second,
                                                const std::vector<IndexedPair>& pairs) {
  const auto& a = static_cast<const Seen&>(first);
  const auto& b = static_cast<const Seen&>(second);
  std::vector<std::size_t> order(pairs.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return pairs[i].second < pairs[j].second; });
  std::vector<double> result(pairs.size());
  for (std::size_t begin = 0; begin < order.size();) {
    // The pairs of the next films, each of which is turned once.
    std::vector<std::int64_t> films;
    std::vector<std::size_t> turned_of;  // by pair
    std::size_t end = begin;
    for (; end < order.size(); ++end) {
      const std::int64_t film = pairs[order[end]].second;
      if (films.empty() || films.back() != film) {
        if (films.size() == films_at_once) break;
        films.push_back(film);
      }
      turned_of.push_back(films.size() - 1);
    }
    const auto turned =
        turned_films(films.size(), [&](std::size_t i) { return b.films[std::size_t(films[i])].small; });
    parallel_for(std::int64_t(end - begin), 16, [&](std::int64_t from, std::int64_t to) {
      for (std::int64_t k = from; k < to; ++k) {
        const std::size_t pair = order[begin + std::size_t(k)];
        const auto& one = a.films[std::size_t(pairs[pair].first)];
        const auto& other = b.films[std::size_t(pairs[pair].second)];
        const double l = likeness(*one.structures, turned[turned_of[std::size_t(k)]]);
        result[pair] = (one.with[int(b.kind)].normalized(l) + other.with[int(a.kind)].normalized(l)) / 2;
      }
    });
    begin = end;
  }
  return result;
}

}  // namespace scrim
