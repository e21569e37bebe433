// Task "pretrain_generator": the generator learns to leave an image as it is, before the adversarial game
// begins.
//   loss = mean((G(x) - x)^2), the published first step (PriCheXy-Net, "pre-training")
#pragma once

#include "films/film_settings.h"
#include "methods/method_settings.h"
#include "training/loop/training_loop.h"

namespace scrim {

struct PretrainConfig {
  static constexpr const char* task = "pretrain_generator";
  FilmSettings data{.image_size = 256};
  FilmLists lists;
  GeneratorSettings model;
  TrainingSettings training{.epochs = 10, .batch_size = 64};
  OptimizerSettings optimizer;
  ScheduleSettings schedule;
  std::string folder = "runs/pretrain_generator";
};

template <class Visit>
void visit_fields(PretrainConfig& c, Visit&& visit) {
  visit_fields(c.data, visit);
  visit_fields(c.lists, visit);
  visit_fields(c.model, "model", visit);
  visit_run_fields(c, visit);
}

/// Throws UsageError that names the key whose value does not make sense.
void check(const PretrainConfig& config);

/// Runs the task in config.folder; `config_text` is kept there. See run_training_loop for what it promises.
TrainingResult run(const PretrainConfig& config, const std::string& config_text, bool resume,
                   const std::function<void(const TrainingProgress&)>& progress);

}  // namespace scrim
