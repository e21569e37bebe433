// What all training tasks share: epochs in a fixed order, validation, schedule, early stopping, records,
// checkpoints, resuming. A task brings its networks, its data and one step.
#pragma once

#include <functional>
#include <optional>

#include "training/learner.h"
#include "training/network_facts.h"
#include "training/run_folder.h"

namespace scrim {

/// What one step works on: a function of seed and place alone, so that a resumed run goes the same way.
struct Batch {
  std::int64_t step = 0;               ///< of the whole run, from 0
  std::int64_t epoch = 0;              ///< from 0
  std::vector<std::int64_t> examples;  ///< indices into the task's training data
  friend bool operator==(const Batch&, const Batch&) = default;
};

/// A value of the validation and the file whose weights are those of its lowest value so far ("": none).
struct ValidColumn {
  std::string name;
  std::string best_file;  ///< stem: "best"
};

class TrainingTask {
 public:
  virtual ~TrainingTask() = default;

  virtual std::int64_t examples() const = 0;
  /// Names of what step() and validate() return; the last one is the loss that schedules and early stopping
  /// look at. No validation: an empty list.
  virtual std::vector<std::string> train_columns() const { return {"loss"}; }
  virtual std::vector<ValidColumn> valid_columns() const = 0;

  /// One step on `batch`: the numbers of train_columns(), not waited for. `next` comes after it: a task reads it in the
  /// background meanwhile.
  virtual std::vector<StepValue> step(const Batch& batch, const std::optional<Batch>& next) = 0;
  virtual std::vector<double> validate(std::int64_t step, EventFile& events) = 0;

  /// Whether steps are to be captured as CUDA graphs (RepeatedStep).
  void set_captures(bool captures) { captures_ = captures; }

  /// What is trained: goes into checkpoints; schedules move all of their learning rates.
  virtual std::vector<Learner*> learners() = 0;
  /// The files that stand for the trained networks: "" for the task's main one, else what follows its stem.
  virtual std::map<std::string, TensorFile> weights() const = 0;

 protected:
  bool captures() const { return captures_; }

 private:
  bool captures_ = false;
};

struct TrainingProgress {
  std::int64_t step, steps, epoch, epochs;
  double train_loss;
  std::optional<double> valid_loss;  ///< at the end of an epoch
};

struct TrainingResult {
  std::filesystem::path weights;  ///< with the lowest validation loss; without a validation the last
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
  visit_fields(c.optimiser, "optimiser", visit);
  visit_fields(c.schedule, visit);
  visit("output", "folder", c.folder, "run folder");
}
template <class Config>
void check_run_fields(const Config& c) {
  check(c.training);
  check(c.optimiser, "optimiser");
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
