#include "training/pretrain_generator.h"

#include <fmt/format.h>

#include "autograd/loss.h"
#include "tensor/compute_device.h"
#include "training/batch_ahead.h"
#include "training/film_images.h"
#include "training/repeated_step.h"

namespace scrim {
namespace {

/// Pretraining knows no organs: a generator that will spare them learns on whole films first.
GeneratorSettings without_masks(GeneratorSettings settings) {
  settings.protection = "none";
  settings.noise_in_masks = 1;
  return settings;
}

class PretrainTask : public TrainingTask {
 public:
  explicit PretrainTask(const PretrainConfig& config)
      : config_(config),
        films_(read_films(config.data, config.lists)),
        model_(without_masks(config.model), Initialiser(std::uint64_t(config.training.seed))),
        learner_("generator", model_.generator(), config.optimiser),
        batches_([this](const Batch& batch) { return films_.train.batch(batch.examples); }) {}

  std::int64_t examples() const override { return films_.train.count(); }
  std::vector<ValidColumn> valid_columns() const override {
    return films_.valid ? std::vector<ValidColumn>{{"loss", "best"}} : std::vector<ValidColumn>{};
  }

  std::vector<StepValue> step(const Batch& batch, const std::optional<Batch>& next) override {
    return repeated_(captures(), batches_.take(batch, next), "", [this](const Tensor& films) {
      model_.generator().set_training(true);
      return std::vector{learner_.step([&] { return mse(model_(films, {}), films); })};
    });
  }

  std::vector<double> validate(std::int64_t step, EventFile& events) override {
    const NoGradient no_gradient;
    model_.generator().set_training(false);
    double sum = 0;
    for (std::int64_t i = 0; i < films_.valid->count(); ++i) {
      const Variable film(to_compute_device(films_.valid->batch({i}))), output = model_(film, {});
      sum += mse(output, film).value().item();
      if (i < config_.training.images_logged)
        log_before_and_after(events, i, step, film.value(), output.value());
    }
    return {sum / double(films_.valid->count())};
  }

  std::vector<Learner*> learners() override { return {&learner_}; }

  std::map<std::string, TensorFile> weights() const override {
    Facts facts = facts_of(config_.model);
    facts["image_size"] = std::to_string(config_.data.image_size);
    facts["trained_by"] = PretrainConfig::task;
    return {{"", {model_.generator().state(), facts}}};
  }

 private:
  const PretrainConfig& config_;
  TrainAndValid films_;
  Anonymizer model_;
  Learner learner_;
  BatchAhead<Batch, Tensor> batches_;
  RepeatedStep<Tensor> repeated_;
};

}  // namespace

void check(const PretrainConfig& c) {
  check(c.data, 16);
  check(c.model, "model");
  check_run_fields(c);
}

TrainingResult run(const PretrainConfig& config, const std::string& config_text, bool resume,
                   const std::function<void(const TrainingProgress&)>& progress) {
  check(config);
  PretrainTask task(config);
  return run_training_loop(task, loop_settings(config, config.schedule, config_text, resume), progress);
}

}  // namespace scrim
