// What a training task brings to the loop: its networks, its data, and what one step is.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "base/config/facts.h"
#include "tensor/safetensors.h"
#include "training/loop/event_file.h"
#include "training/loop/learner.h"
#include "training/loop/weight_average.h"

namespace scrim {

/// What one step works on: a function of seed and place alone, so that a resumed run goes the same way.
struct Batch {
  std::int64_t step = 0;               ///< of the whole run, from 0
  std::int64_t epoch = 0;              ///< from 0
  std::vector<std::int64_t> examples;  ///< indices into the task's training data
  friend bool operator==(const Batch&, const Batch&) = default;
};

enum class Better { lower, higher };

/// A value of the validation, and the file whose weights are those of its best value so far ("": none).
struct ValidColumn {
  std::string name;
  std::string best_file;  ///< stem: "best"
  Better better = Better::lower;
};

/// Runs a task's steps: reads the next batch in the background, and replays steps as CUDA graphs where asked to.
class StepRunner {
 public:
  virtual ~StepRunner() = default;
  /// The step's numbers, not waited for. `next` comes after `batch`.
  virtual std::vector<StepValue> run(const Batch& batch, const std::optional<Batch>& next, bool as_graph) = 0;
};

class TrainingTask {
 public:
  virtual ~TrainingTask() = default;

  virtual std::int64_t examples() const = 0;
  /// Names of what a step and validate() return; the last one is the loss that schedules and early stopping look at: lower
  /// is better. No validation: an empty list.
  virtual std::vector<std::string> train_columns() const { return {"loss"}; }
  virtual std::vector<ValidColumn> valid_columns() const = 0;

  /// What one step is: step_runner() of what it reads and what it does. The task outlives it.
  virtual std::unique_ptr<StepRunner> steps() = 0;
  virtual std::vector<double> validate(std::int64_t step, EventFile& events) = 0;

  /// What is trained: goes into checkpoints; schedules move all of their learning rates.
  virtual std::vector<Learner*> learners() = 0;
  /// What is averaged beside: goes into checkpoints too. Null: nothing.
  virtual WeightAverage* average() { return nullptr; }
  /// The files that stand for the trained networks: "" for the task's main one, else what follows its stem.
  virtual std::map<std::string, TensorFile> weights() const = 0;
};

/// Weights with what their file says of them: the network's `facts`, the size of its films, and the task.
TensorFile weight_file(State weights, Facts facts, std::int64_t image_size, const char* task);

}  // namespace scrim
