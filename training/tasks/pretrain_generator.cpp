#include "training/tasks/pretrain_generator.h"

#include <fmt/format.h>

#include "autograd/ops/loss.h"
#include "tensor/compute_device.h"
#include "training/loop/film_images.h"
#include "training/loop/step_runner.h"

namespace scrim {
namespace {

/// Pretraining knows no organs: a generator that will spare them learns on whole films first.
GeneratorSettings without_masks(GeneratorSettings settings) {
  settings.of<FlowField>().protection = "none";
  settings.of<Noise>().noise_in_masks = 1;
  return settings;
}

class PretrainTask : public TrainingTask {
 public:
  explicit PretrainTask(const PretrainConfig& config)
      : config_(config),
        films_(read_films(config.data, config.lists)),
        model_(make_generator(without_masks(config.model), initializer_of(config.training))),
        learner_("generator", model_->generator(), config.optimizer) {}

  std::int64_t examples() const override { return films_.train.count(); }
  std::vector<ValidColumn> valid_columns() const override {
    return films_.valid ? std::vector<ValidColumn>{{"loss", "best"}} : std::vector<ValidColumn>{};
  }

  std::unique_ptr<StepRunner> steps() override {
    return step_runner<Tensor>(
        {.read = [this](const Batch& batch) { return films_.train.batch(batch.examples); },
         .work =
             [this](const Tensor& films, const Batch&) {
               model_->generator().set_training(true);
               return std::vector{learner_.step([&] { return mse((*model_)(films, {}), films); })};
             }});
  }

  std::vector<double> validate(std::int64_t step, EventFile& events) override {
    const NoGradient no_gradient;
    model_->generator().set_training(false);
    double sum = 0;
    for (std::int64_t i = 0; i < films_.valid->count(); ++i) {
      const Variable film(to_compute_device(films_.valid->batch({i}))), output = (*model_)(film, {});
      sum += mse(output, film).value().item();
      if (i < config_.training.images_logged)
        log_before_and_after(events, i, step, film.value(), output.value());
    }
    return {sum / double(films_.valid->count())};
  }

  std::vector<Learner*> learners() override { return {&learner_}; }

  std::map<std::string, TensorFile> weights() const override {
    return {{"", weight_file(model_->generator().state(), facts_of(config_.model), config_.data.image_size,
                             PretrainConfig::task)}};
  }

 private:
  const PretrainConfig& config_;
  TrainAndValid films_;
  std::unique_ptr<LearnedMethod> model_;
  Learner learner_;
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
