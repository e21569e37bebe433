#include "training/tasks/train_classifier.h"

#include <fmt/format.h>

#include <cmath>

#include "autograd/ops/loss.h"
#include "measures/scores.h"
#include "training/loop/step_runner.h"

namespace scrim {
namespace {

constexpr auto finding_count = std::int64_t(finding_names.size());

std::vector<Scored> cases_of_finding(const Tensor& logits, const Tensor& targets, std::int64_t finding) {
  std::vector<Scored> cases;
  for (std::int64_t i = 0; i < logits.size(0); ++i) {
    const auto at = std::size_t(i * finding_count + finding);
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
  ClassifierTask(const ClassifierConfig& config, const LabelTable& labels, const TrainAndValid& films)
      : config_(config),
        labels_(labels),
        films_(films),
        train_targets_(finding_targets(labels_, films_.train.names())),
        network_(build(config.model, initializer_of(config.training))),
        learner_("classifier", classifier_, config.optimizer) {
    if (films_.valid) valid_targets_ = finding_targets(labels_, films_.valid->names());
    if (!config.start_weights.empty())
      classifier_.load_state(load_classifier(config.start_weights).network->state());
  }

  std::int64_t examples() const override { return films_.train.count(); }
  std::vector<ValidColumn> valid_columns() const override {
    return films_.valid ? std::vector<ValidColumn>{{"mean_auc", "", Better::higher}, {"loss", "best"}}
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
    const Tensor logits = finding_logits(classifier_, *films_.valid);
    for (std::int64_t finding = 0; finding < finding_count; ++finding) {
      std::vector<Scored> cases = cases_of_finding(logits, valid_targets_, finding);
      for (Scored& c : cases) c.score = 1 / (1 + std::exp(-c.score));
      events.pr_curve(fmt::format("finding/{}", finding_names[std::size_t(finding)]), step, cases);
    }
    const NoGradient no_gradient;
    return {mean_of_known(finding_aucs(logits, valid_targets_)).value_or(0.5),
            bce_with_logits(logits, valid_targets_).value().item()};
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
      const Tensor film = films_.train.film(example);
      if (config_.augmentation.does_nothing()) return film;
      return changed_film(film, draw_change(config_.augmentation, random.split(std::uint64_t(example))));
    });
    result.targets = Tensor::empty({count, finding_count});
    float* out = result.targets.mutable_data<float>().data();
    for (const std::int64_t example : batch.examples) {
      std::copy_n(train_targets_.data<float>().data() + example * finding_count, finding_count, out);
      out += finding_count;
    }
    return result;
  }

  const ClassifierConfig& config_;
  const LabelTable& labels_;
  const TrainAndValid& films_;
  Tensor train_targets_, valid_targets_;
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

TrainingResult train_classifier(const ClassifierConfig& config, const TrainAndValid& films,
                                const std::string& config_text, bool resume,
                                const std::function<void(const TrainingProgress&)>& progress) {
  const LabelTable labels(config.labels);
  ClassifierTask task(config, labels, films);
  return run_training_loop(task, loop_settings(config, config.schedule, config_text, resume), progress);
}

TrainingResult run(const ClassifierConfig& config, const std::string& config_text, bool resume,
                   const std::function<void(const TrainingProgress&)>& progress) {
  check(config);
  const LabelTable labels(config.labels);
  const TrainAndValid films =
      read_films(config.data, config.lists, [&](const std::string& film) { return labels.patient_of(film); });
  ClassifierTask task(config, labels, films);
  return run_training_loop(task, loop_settings(config, config.schedule, config_text, resume), progress);
}

Tensor finding_logits(DenseNet& classifier, const FilmSet& films) {
  const NoGradient no_gradient;
  classifier.set_training(false);
  return rows_of_films(films, [&](const Tensor& batch) {
    const Tensor logits = classifier.logits(batch).value();
    require(logits.size(1) == finding_count, "classifier", "the network names {} findings, expected {}",
            logits.size(1), finding_count);
    return logits;
  });
}

Tensor finding_targets(const LabelTable& labels, const std::vector<std::string>& names) {
  labels.require_all(names);
  Tensor targets = Tensor::empty({std::int64_t(names.size()), finding_count});
  float* out = targets.mutable_data<float>().data();
  for (const auto& name : names)
    for (const bool found : labels.of(name).findings) *out++ = found ? 1.f : 0.f;
  return targets;
}

std::vector<std::optional<double>> finding_aucs(const Tensor& logits, const Tensor& targets) {
  std::vector<std::optional<double>> aucs;
  for (std::int64_t finding = 0; finding < finding_count; ++finding)
    aucs.push_back(roc_auc(cases_of_finding(logits, targets, finding)));
  return aucs;
}

}  // namespace scrim
