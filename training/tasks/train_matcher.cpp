#include "training/tasks/train_matcher.h"

#include <algorithm>

#include "autograd/ops/concat.h"
#include "measures/scores.h"
#include "tensor/compute_device.h"
#include "tensor/parallel.h"
#include "training/loop/step_runner.h"

namespace scrim {
namespace {

std::vector<PlaceFeatures> features_of(PatchMatcher& matcher, const FilmSet& films) {
  return place_features(matcher, films.count(), [&](std::int64_t i) { return films.film(i); });
}

class MatcherTask : public TrainingTask {
 public:
  MatcherTask(const MatcherTraining& settings, const PairData& train, const PairData* valid)
      : settings_(settings),
        batches_(train, settings.augmentation,
                 {Comparisons::in_batch, settings.training.batch_size, PatchMatcher::side,
                  std::uint64_t(settings.training.seed)}),
        valid_(valid),
        network_(build(settings.model, initializer_of(settings.training))),
        learner_("matcher", *network_, settings.optimizer),
        average_(*network_, settings.weight_average),
        averaged_(build(settings.model, Initializer::none())) {
    averaged_->to(compute_device());
    averaged_->set_training(false);
  }

  std::int64_t examples() const override { return batches_.count(); }
  std::vector<ValidColumn> valid_columns() const override {
    return valid_ ? std::vector<ValidColumn>{{"one_minus_auc", "best"}} : std::vector<ValidColumn>{};
  }

  std::unique_ptr<StepRunner> steps() override {
    return step_runner<PairBatch>({.read = [this](const Batch& batch) { return batches_.make(batch); },
                                   .work =
                                       [this](const PairBatch& batch, const Batch&) {
                                         network_->set_training(true);
                                         std::vector losses{learner_.step([&] { return loss(batch); })};
                                         average_.update(*network_);
                                         return losses;
                                       }});
  }

  std::vector<double> validate(std::int64_t, EventFile&) override {
    averaged_->load_state(average_.state());
    const bool one_side = &valid_->first == &valid_->second;
    const auto of_first = features_of(*averaged_, valid_->first);
    const auto of_second = one_side ? std::vector<PlaceFeatures>() : features_of(*averaged_, valid_->second);
    const auto &first = of_first, &second = one_side ? of_first : of_second;
    const auto& pairs = valid_->pairs;
    std::vector<Scored> scored(pairs.size());
    parallel_for(std::int64_t(pairs.size()), 64, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const IndexedPair& pair = pairs[std::size_t(i)];
        scored[std::size_t(i)] = {
            patch_likeness(first[std::size_t(pair.first)], second[std::size_t(pair.second)]),
            pair.same_patient};
      }
    });
    return {1 - roc_auc(scored).value_or(0.5)};
  }

  std::vector<Learner*> learners() override { return {&learner_}; }
  WeightAverage* average() override { return &average_; }
  std::map<std::string, TensorFile> weights() const override {
    return {{"", weight_file(average_.state(), facts_of(settings_.model), PatchMatcher::side,
                             MatcherTraining::task)}};
  }

 private:
  Variable loss(const PairBatch& batch) {
    const std::int64_t count = batch.first.size(0);
    const Variable places = (*network_)(concat({Variable(batch.first), Variable(batch.second)}, 0));
    return matching_loss(patch_likenesses(slice(places, 0, 0, count), slice(places, 0, count, count)),
                         batch.targets.own, batch.targets.hidden);
  }

  const MatcherTraining& settings_;
  PairBatches batches_;
  const PairData* valid_;
  std::unique_ptr<PatchMatcher> network_;
  Learner learner_;
  WeightAverage average_;
  std::unique_ptr<PatchMatcher> averaged_;  ///< a network for the average
};

}  // namespace

TrainingResult train_matcher(const MatcherTraining& settings, const PairData& train, const PairData* valid,
                             const std::string& config_text, bool resume,
                             const std::function<void(const TrainingProgress&)>& progress) {
  MatcherTask task(settings, train, valid);
  const LoopSettings loop{settings.training, settings.schedule, settings.folder, config_text, resume, {}};
  return run_training_loop(task, loop, progress);
}

std::vector<PlaceFeatures> place_features(PatchMatcher& matcher, std::int64_t count,
                                          const std::function<Tensor(std::int64_t)>& film) {
  constexpr std::int64_t films_at_once = 64, side = PatchMatcher::side;
  const NoGradient no_gradient;
  std::vector<PlaceFeatures> features;
  for (std::int64_t begin = 0; begin < count; begin += films_at_once) {
    const std::int64_t size = std::min(films_at_once, count - begin);
    const Tensor batch =
        batch_of(size, side, [&](std::int64_t i) { return resized_film(film(begin + i), side, side); });
    const Tensor places = to_host(matcher(Variable(to_compute_device(batch))).value());
    const std::int64_t a_film = places.size(1) * places.size(2) * places.size(3);
    for (std::int64_t i = 0; i < size; ++i)
      features.emplace_back(places.data<float>().data() + i * a_film, places.size(3));
  }
  return features;
}

}  // namespace scrim
