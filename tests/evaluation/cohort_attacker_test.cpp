#include "evaluation/attackers/cohort_attacker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace scrim::test {
namespace {

/// Of films of one gray: they are as alike as their grays are near. Second films look darker.
class GrayFit : public FilmFit {
 public:
  static constexpr double darker = 0.1;
  struct Gray : Look {
    explicit Gray(double gray) : value(gray) {}
    double value;
  };
  Looks first(const std::vector<Tensor>& films) const override { return looks(films, 0); }
  Looks second(const std::vector<Tensor>& films) const override {
    most_seconds = std::max(most_seconds, films.size());
    return looks(films, darker);
  }
  double likeness(const Look& first, const Look& second) const override {
    return 1 - std::abs(static_cast<const Gray&>(first).value - static_cast<const Gray&>(second).value);
  }
  static inline std::size_t most_seconds = 0;

 private:
  static Looks looks(const std::vector<Tensor>& films, double less) {
    Looks made;
    for (const Tensor& film : films) made.push_back(std::make_unique<Gray>(film.data<float>()[0] - less));
    return made;
  }
};

FilmSet films_of(const std::vector<int>& grays) {
  std::vector<std::string> names;
  std::vector<GrayImage> films;
  for (const int gray : grays) {
    names.push_back(fmt::format("f{}", names.size()));
    films.push_back({64, 64, 8, std::vector<std::uint16_t>(64 * 64, std::uint16_t(gray))});
  }
  return FilmSet(names, films, 64);
}

double likeness(int first, int second) {
  return 1 - std::abs(first / 255. - (second / 255. - GrayFit::darker));
}

/// The formula of cohort_attacker.h: how far a likeness lies above what the film reaches with its 20 nearest strangers.
double normalized(double of_pair, int film, const std::vector<int>& strangers) {
  std::vector<double> nearest;
  for (const int stranger : strangers) nearest.push_back(likeness(film, stranger));
  std::sort(nearest.begin(), nearest.end(), std::greater<>());
  nearest.resize(std::min<std::size_t>(nearest.size(), 20));
  double mean = 0, variance = 0;
  for (const double l : nearest) mean += l / double(nearest.size());
  for (const double l : nearest) variance += (l - mean) * (l - mean) / double(nearest.size());
  return (of_pair - mean) / (std::sqrt(variance) + 0.01);
}

std::vector<int> steps(int count, int from, int step) {
  std::vector<int> grays;
  for (int i = 0; i < count; ++i) grays.push_back(from + i * step);
  return grays;
}

TEST(CohortAttacker, HoldsALikenessAgainstStrangersOfTheOthersKind) {
  std::vector<int> real_strangers = steps(100, 20, 1);
  const std::vector<int> released_strangers = steps(30, 90, 5);
  const std::vector<int> real = steps(70, 30, 3), released{200, 40, 120};
  std::vector<int> too_many = real_strangers;
  too_many.insert(too_many.end(), 30, 120);  // beyond the first 100: nobody asks them
  const FilmSet real_cohort = films_of(too_many), released_cohort = films_of(released_strangers);
  CohortAttacker attacker({.name = "gray"}, std::make_unique<GrayFit>(), &real_cohort, &released_cohort);
  GrayFit::most_seconds = 0;
  const auto seen_released = attacker.look(films_of(released), FilmKind::released),
             seen_real = attacker.look(films_of(real), FilmKind::real);
  // More second films than are looked at once, from the last to the first.
  std::vector<IndexedPair> pairs;
  for (std::int64_t second = 69; second >= 0; --second)
    for (const std::int64_t first : {2, 0, 1}) pairs.push_back({first, second, false});
  const auto scores = attacker.scores(*seen_released, *seen_real, pairs);
  EXPECT_LE(GrayFit::most_seconds, 64u);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const int first = released[std::size_t(pairs[i].first)], second = real[std::size_t(pairs[i].second)];
    const double l = likeness(first, second);
    EXPECT_NEAR(scores[i],
                (normalized(l, first, real_strangers) + normalized(l, second, released_strangers)) / 2, 1e-4);
  }
}

TEST(CohortAttacker, WithoutStrangersTheLikenessIsTheScore) {
  CohortAttacker alone({.name = "gray"}, std::make_unique<GrayFit>(), nullptr, nullptr);
  const auto films = alone.look(films_of({50, 100}), FilmKind::real);
  EXPECT_NEAR(alone.scores(*films, *films, {{0, 1, false}})[0], likeness(50, 100), 1e-6);
  EXPECT_TRUE(alone.scores(*films, *films, {}).empty());
}

}  // namespace
}  // namespace scrim::test
