#include "training/tasks/train_lesion_network.h"

#include <algorithm>
#include <cmath>

#include "autograd/ops/binary.h"
#include "autograd/ops/loss.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/unary.h"
#include "methods/transplant/lesion_network.h"
#include "tensor/compute_device.h"
#include "training/loop/film_images.h"
#include "training/loop/step_runner.h"

namespace scrim {
namespace {

/// Where a finding changes a film by at least this, it is there: as the masks of phantoms have it.
constexpr float visible = 4.f / 255;
constexpr double weight_of_findings = 20;

/// Films with what their findings are.
struct Lessons {
  Tensor films, layer, there;  ///< [N,S,S,1]; there: 0 or 1

  template <class Visit>
  void for_each_tensor(Visit&& visit) {
    for (Tensor* tensor : {&films, &layer, &there}) visit(*tensor);
  }
};

struct Lesson {
  Tensor film, layer, there;
};

Lesson lesson_of(const Tensor& film, const Tensor& twin) {
  Lesson lesson{film, Tensor::zeros(film.shape()), Tensor::zeros(film.shape())};
  for (std::size_t i = 0; i < std::size_t(film.numel()); ++i) {
    const float with = film.data<float>()[i], without = twin.data<float>()[i];
    lesson.layer.mutable_data<float>()[i] = layer_of(with, without);
    lesson.there.mutable_data<float>()[i] = std::abs(with - without) >= visible ? 1 : 0;
  }
  return lesson;
}

/// A film with the layer of another one.
Lesson laid_on(const Tensor& healthy, const Lesson& other) {
  Tensor film = Tensor::empty(healthy.shape());
  for (std::size_t i = 0; i < std::size_t(film.numel()); ++i)
    film.mutable_data<float>()[i] =
        std::clamp(with_layer(healthy.data<float>()[i],
                              other.there.data<float>()[i] > 0 ? other.layer.data<float>()[i] : 0),
                   0.f, 1.f);
  return lesson_of(film, healthy);
}

/// Films of one side of the split, and their twins.
struct Twins {
  FilmSet films, twins;

  Twins(const LesionNetworkConfig& config, const FilmSet& of)
      : films(of), twins(config.twins, of.names(), config.data.options()) {}
  Lesson lesson(std::int64_t film, const FilmChange& change) const {
    return lesson_of(changed_film(films.film(film), change), changed_film(twins.film(film), change));
  }
};

std::optional<FilmSet> healthy_films(const LesionNetworkConfig& c) {
  if (c.healthy.images.empty()) return std::nullopt;
  std::vector<std::string> names = film_names(c.healthy.images, c.healthy.list);
  if (!c.healthy.labels.empty()) {
    const LabelTable labels(c.healthy.labels);
    labels.require_all(names);
    std::erase_if(names, [&](const std::string& film) {
      const auto& findings = labels.of(film).findings;
      return std::find(findings.begin(), findings.end(), true) != findings.end();
    });
  }
  require(!names.empty(), "healthy", "no film in {} is without findings", c.healthy.images);
  return FilmSet(c.healthy.images, std::move(names), c.data.options());
}

class LesionTask : public TrainingTask {
 public:
  explicit LesionTask(const LesionNetworkConfig& config)
      : config_(config),
        films_(read_films(config.data, config.lists)),
        train_(config, films_.train),
        healthy_(healthy_films(config)),
        network_(build(lesion_network(config.init_features), initializer_of(config.training))),
        learner_("lesion_network", *network_, config.optimizer) {
    if (films_.valid) valid_.emplace(config, *films_.valid);
  }

  std::int64_t examples() const override { return train_.films.count() + (healthy_ ? healthy_->count() : 0); }
  std::vector<ValidColumn> valid_columns() const override {
    return valid_ ? std::vector<ValidColumn>{{"dice", "", Better::higher}, {"loss", "best"}}
                  : std::vector<ValidColumn>{};
  }

  std::unique_ptr<StepRunner> steps() override {
    return step_runner<Lessons>({.read = [this](const Batch& batch) { return make(batch); },
                                 .work =
                                     [this](const Lessons& lessons, const Batch&) {
                                       network_->set_training(true);
                                       return std::vector{learner_.step([&] { return loss(lessons); })};
                                     }});
  }

  /// Phantoms alone. Dice is over all films at once: most have no finding.
  std::vector<double> validate(std::int64_t step, EventFile& events) override {
    const NoGradient no_gradient;
    network_->set_training(false);
    double sum = 0, both = 0, either = 0;
    for (std::int64_t i = 0; i < valid_->films.count(); ++i) {
      const Lesson lesson = valid_->lesson(i, {});
      const Lessons one = on_compute_device(Lessons{lesson.film, lesson.layer, lesson.there});
      sum += loss(one).value().item();
      const Tensor surely = to_host(lesions_of(*network_, Variable(one.films)).surely.value());
      for (std::size_t p = 0; p < std::size_t(surely.numel()); ++p) {
        const bool found = surely.data<float>()[p] > 0.5f, there = lesson.there.data<float>()[p] > 0;
        both += 2. * (found && there);
        either += found + there;
      }
      if (i < config_.training.images_logged) log_before_and_after(events, i, step, lesson.film, surely);
    }
    return {either > 0 ? both / either : 1, sum / double(valid_->films.count())};
  }

  std::vector<Learner*> learners() override { return {&learner_}; }
  std::map<std::string, TensorFile> weights() const override {
    return {{"", weight_file(network_->state(), facts_of(lesion_network(config_.init_features)),
                             config_.data.image_size, LesionNetworkConfig::task)}};
  }

 private:
  Lessons make(const Batch& batch) const {
    const Random random =
        Random(std::uint64_t(config_.training.seed), "augmentation").split(std::uint64_t(batch.epoch));
    const auto count = std::int64_t(batch.examples.size());
    std::vector<Lesson> lessons(batch.examples.size());
    const Tensor films = batch_of(count, config_.data.image_size, [&](std::int64_t i) {
      lessons[std::size_t(i)] = lesson(batch.examples[std::size_t(i)], random);
      return lessons[std::size_t(i)].film;
    });
    const auto all = [&](Tensor Lesson::*part) {
      return batch_of(count, config_.data.image_size,
                      [&](std::int64_t i) { return lessons[std::size_t(i)].*part; });
    };
    return {films, all(&Lesson::layer), all(&Lesson::there)};
  }

  Lesson lesson(std::int64_t example, const Random& epoch) const {
    const Random random = epoch.split(std::uint64_t(example));
    const FilmChange change = draw_change(config_.augmentation, random.split(0));
    if (example < train_.films.count()) return train_.lesson(example, change);
    Random other = random.split(1);
    const std::int64_t phantom = other.below(train_.films.count());
    return laid_on(changed_film(healthy_->film(example - train_.films.count()), change),
                   train_.lesson(phantom, draw_change(config_.augmentation, random.split(2))));
  }

  Variable loss(const Lessons& lessons) {
    const Lesions found = lesions_of(*network_, Variable(lessons.films));
    const Variable there(lessons.there), one(lessons.there.full_like({}, 1));
    const Variable weight = one + scale(there, weight_of_findings - 1);
    const Variable missed = mean(weight * abs(found.layer - Variable(lessons.layer))) / mean(weight);
    const Variable overlap = scale(mean(found.surely * there), 2) /
                             (mean(found.surely) + mean(there) + Variable(lessons.there.full_like({}, 1e-4)));
    return missed + bce(found.surely, there) + one - overlap;
  }

  const LesionNetworkConfig& config_;
  TrainAndValid films_;
  Twins train_;
  std::optional<Twins> valid_;
  std::optional<FilmSet> healthy_;
  std::unique_ptr<UNet> network_;
  Learner learner_;
};

}  // namespace

void check(const LesionNetworkConfig& c) {
  check(c.data, 16);
  check(c.augmentation);
  check_given("data.twins", c.twins, "a folder of the same films without findings (scrim phantom --twins)");
  check(lesion_network(c.init_features), "model");
  check_run_fields(c);
}

TrainingResult run(const LesionNetworkConfig& config, const std::string& config_text, bool resume,
                   const std::function<void(const TrainingProgress&)>& progress) {
  check(config);
  LesionTask task(config);
  return run_training_loop(task, loop_settings(config, config.schedule, config_text, resume), progress);
}

}  // namespace scrim
