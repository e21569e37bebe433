#include "evaluation/attackers/matching_attacker.h"

#include <algorithm>
#include <cmath>

#include "training/tasks/train_matcher.h"

namespace scrim {
namespace {

static_assert(FilmFit::side == PatchMatcher::side);

struct PlaceLook : FilmFit::Look {
  std::vector<PlaceFeatures> ways;
};

class PlaceFit : public FilmFit {
 public:
  explicit PlaceFit(const std::string& weights) : matcher_(load_network<MatcherSettings>(weights)) {}

  Looks first(const std::vector<Tensor>& films) const override { return looks_at(films, 1); }
  Looks second(const std::vector<Tensor>& films) const override {
    std::vector<Tensor> ways;
    for (const Tensor& film : films)
      for (Tensor& way : turned_and_scaled(film)) ways.push_back(std::move(way));
    return looks_at(ways, ways_of_a_film);
  }
  double likeness(const Look& first, const Look& second) const override {
    const PlaceFeatures& a = static_cast<const PlaceLook&>(first).ways.front();
    double best = -HUGE_VAL;
    for (const PlaceFeatures& b : static_cast<const PlaceLook&>(second).ways)
      best = std::max(best, patch_likeness(a, b));
    return best;
  }

 private:
  Looks looks_at(const std::vector<Tensor>& films, std::size_t ways) const {
    auto features = place_features(*matcher_.network, std::int64_t(films.size()),
                                   [&](std::int64_t i) { return films[std::size_t(i)]; });
    Looks looks;
    for (std::size_t i = 0; i < features.size(); ++i) {
      if (i % ways == 0) looks.push_back(std::make_unique<PlaceLook>());
      static_cast<PlaceLook&>(*looks.back()).ways.push_back(std::move(features[i]));
    }
    return looks;
  }

  LoadedNetwork<PatchMatcher, MatcherSettings> matcher_;
};

}  // namespace

MatchingAttacker::MatchingAttacker(AttackerFacts facts, const std::string& weights,
                                   const FilmSet* real_cohort, const FilmSet* released_cohort)
    : CohortAttacker(std::move(facts), std::make_unique<PlaceFit>(weights), real_cohort, released_cohort) {}

}  // namespace scrim
