#include "training/tasks/train_classifier.h"

#include <fmt/format.h>

#include <cmath>

#include "autograd/ops/loss.h"
#include "films/finding_logits.h"
#include "measures/scores.h"
#include "training/loop/step_runner.h"

namespace scrim {
namespace {

constexpr auto finding_count = std::int64_t(finding_names.size());

std::vector<Scored> cases_of_output(const Tensor& logits, const Tensor& targets, std::int64_t output) {
  std::vector<Scored> cases;
  for (std::int64_t i = 0; i < logits.size(0); ++i) {
    const auto at = std::size_t(i * logits.size(1) + output);
    cases.push_back({logits.data<float>()[at], targets.data<float>()[at] > 0.5f});
  }
  return cases;
}

struct LabeledBatch {
  Tensor films, targets;

  template <class Visit>
  void for_each_tensor(Visit&& visit) {
    for (Tensor* tensor : {&films, &targets}) visit(*tensor);
  }
};

class ClassifierTask : public TrainingTask {
 public:
  ClassifierTask(const ClassifierConfig& config, const std::vector<std::string>& outputs,
                 const LabeledFilms& train, const LabeledFilms* valid)
      : config_(config),
        outputs_(outputs),
        train_(train),
        valid_(valid),
        network_(build(config.model, initializer_of(config.training))),
        learner_("classifier", classifier_, config.optimizer) {
    if (!config.start_weights.empty())
      classifier_.load_state(load_classifier(config.start_weights).network->state());
  }

  std::int64_t examples() const override { return train_.films.count(); }
  std::vector<ValidColumn> valid_columns() const override {
    return valid_ ? std::vector<ValidColumn>{{"mean_auc", "", Better::higher}, {"loss", "best"}}
                  : std::vector<ValidColumn>{};
  }

  std::unique_ptr<StepRunner> steps() override {
    return step_runner<LabeledBatch>({.read = [this](const Batch& batch) { return make(batch); },
                                      .work =
                                          [this](const LabeledBatch& batch, const Batch&) {
                                            classifier_.set_training(true);
                                            return std::vector{learner_.step([&] {
                                              return bce_with_logits(classifier_.logits(batch.films),
                                                                     batch.targets);
                                            })};
                                          }});
  }

  std::vector<double> validate(std::int64_t step, EventFile& events) override {
    const Tensor logits = film_logits(classifier_, valid_->films);
    std::vector<std::optional<double>> aucs;
    for (std::size_t output = 0; output < outputs_.size(); ++output) {
      std::vector<Scored> cases = cases_of_output(logits, valid_->targets, std::int64_t(output));
      aucs.push_back(roc_auc(cases));
      for (Scored& c : cases) c.score = 1 / (1 + std::exp(-c.score));
      events.pr_curve("finding/" + outputs_[output], step, cases);
    }
    const NoGradient no_gradient;
    return {mean_of_known(aucs).value_or(0.5), bce_with_logits(logits, valid_->targets).value().item()};
  }

  std::vector<Learner*> learners() override { return {&learner_}; }

  std::map<std::string, TensorFile> weights() const override {
    return {{"", weight_file(classifier_.state(), facts_of(config_.model), config_.data.image_size,
                             ClassifierConfig::task)}};
  }

 private:
  LabeledBatch make(const Batch& batch) const {
    const Random random =
        Random(std::uint64_t(config_.training.seed), "augmentation").split(std::uint64_t(batch.epoch));
    const auto count = std::int64_t(batch.examples.size());
    LabeledBatch result;
    result.films = batch_of(count, config_.data.image_size, [&](std::int64_t i) {
      const std::int64_t example = batch.examples[std::size_t(i)];
      const Tensor film = train_.films.film(example);
      if (config_.augmentation.does_nothing()) return film;
      return changed_film(film, draw_change(config_.augmentation, random.split(std::uint64_t(example))));
    });
    const std::int64_t width = train_.targets.size(1);
    result.targets = Tensor::empty({count, width});
    float* out = result.targets.mutable_data<float>().data();
    for (const std::int64_t example : batch.examples) {
      std::copy_n(train_.targets.data<float>().data() + example * width, width, out);
      out += width;
    }
    return result;
  }

  const ClassifierConfig& config_;
  const std::vector<std::string>& outputs_;
  const LabeledFilms& train_;
  const LabeledFilms* valid_;
  std::unique_ptr<DenseNet> network_;
  DenseNet& classifier_ = *network_;
  Learner learner_;
};

}  // namespace

void check(const ClassifierConfig& c) {
  check(c.data, 1);
  check_given("data.labels", c.labels, "a table of findings");
  check(c.augmentation);
  check(c.model, "model");
  expect(c.model.num_labels == finding_count, "model.num_labels", c.model.num_labels,
         fmt::format("{}, the findings of NIH ChestX-ray14", finding_count));
  check_run_fields(c);
}

TrainingResult train_classifier(const ClassifierConfig& config, const std::vector<std::string>& outputs,
                                const LabeledFilms& train, const LabeledFilms* valid,
                                const std::string& config_text, bool resume,
                                const std::function<void(const TrainingProgress&)>& progress) {
  ClassifierTask task(config, outputs, train, valid);
  return run_training_loop(task, loop_settings(config, config.schedule, config_text, resume), progress);
}

TrainingResult train_classifier(const ClassifierConfig& config, const LabelTable& labels,
                                const TrainAndValid& films, const std::string& config_text, bool resume,
                                const std::function<void(const TrainingProgress&)>& progress) {
  const std::vector<std::string> outputs(finding_names.begin(), finding_names.end());
  const LabeledFilms train{films.train, finding_targets(labels, films.train.names())};
  std::optional<LabeledFilms> valid;
  if (films.valid) valid.emplace(LabeledFilms{*films.valid, finding_targets(labels, films.valid->names())});
  return train_classifier(config, outputs, train, valid ? &*valid : nullptr, config_text, resume, progress);
}

TrainingResult run(const ClassifierConfig& config, const std::string& config_text, bool resume,
                   const std::function<void(const TrainingProgress&)>& progress) {
  check(config);
  const LabelTable labels(config.labels);
  const TrainAndValid films =
      read_films(config.data, config.lists, [&](const std::string& film) { return labels.patient_of(film); });
  return train_classifier(config, labels, films, config_text, resume, progress);
}

Tensor finding_targets(const LabelTable& labels, const std::vector<std::string>& names) {
  labels.require_all(names);
  Tensor targets = Tensor::empty({std::int64_t(names.size()), finding_count});
  float* out = targets.mutable_data<float>().data();
  for (const auto& name : names)
    for (const bool found : labels.of(name).findings) *out++ = found ? 1.f : 0.f;
  return targets;
}

}  // namespace scrim
