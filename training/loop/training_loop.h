// What all training tasks share: epochs in a fixed order, validation, schedule, early stopping, records,
// checkpoints, resuming. A task brings its networks, its data and one step.
#pragma once

#include <functional>
#include <optional>

#include "base/config/facts.h"
#include "training/loop/training_task.h"

namespace scrim {

struct TrainingProgress {
  std::int64_t step, steps, epoch, epochs;
  double train_loss;
  std::optional<double> valid_loss;  ///< at the end of an epoch
};

struct TrainingResult {
  std::filesystem::path weights;  ///< with the lowest validation loss; the last ones without a validation
  std::int64_t steps = 0;
  double train_loss = 0;  ///< of the last step
  std::optional<double> best_valid_loss;
};

struct LoopSettings {
  TrainingSettings training;
  ScheduleSettings schedule;
  std::filesystem::path folder;
  std::string config_text;  ///< kept in the folder
  bool resume = false;
  Facts values;  ///< every field by "table.key", for TensorBoard's table of runs
};

/// The fields that every task of one network has after its own, and their checks.
template <class Config, class Visit>
void visit_run_fields(Config& c, Visit&& visit) {
  visit_fields(c.training, visit);
  visit_fields(c.optimizer, "optimizer", visit);
  visit_fields(c.schedule, visit);
  visit("output", "folder", c.folder, "run folder");
}
template <class Config>
void check_run_fields(const Config& c) {
  check(c.training);
  check(c.optimizer, "optimizer");
  check(c.schedule);
  check_given("output.folder", c.folder, "a folder");
}

/// The settings of a task whose configuration has the fields training and folder; `schedule` where it has one.
template <class Config>
LoopSettings loop_settings(const Config& config, const ScheduleSettings& schedule,
                           const std::string& config_text, bool resume) {
  LoopSettings settings{config.training, schedule, config.folder, config_text, resume, {}};
  Config fields = config;
  visit_fields(fields, [&](const std::string& table, const char* key, const auto& field, const char*) {
    settings.values[table + "." + key] = fact_text(field);
  });
  return settings;
}

/// Trains in the run folder. Killed at any moment and resumed it ends with the same weights, checkpoint and
/// metrics, byte for byte, as an undisturbed run. Throws NonFiniteError that names the step and the op when a
/// loss or gradient is NaN or infinite; the last good checkpoint stays.
TrainingResult run_training_loop(TrainingTask& task, const LoopSettings& settings,
                                 const std::function<void(const TrainingProgress&)>& progress);

}  // namespace scrim
