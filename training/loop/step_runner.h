// A task's step made ready for the loop.
#pragma once

#include "training/loop/batch_ahead.h"
#include "training/loop/repeated_step.h"
#include "training/loop/training_task.h"

namespace scrim {

/// What one step is. Data: tensors, or a struct with for_each_tensor().
template <class Data>
struct StepParts {
  /// What the step works on. Depends on the batch alone, and may run beside a step.
  std::function<Data(const Batch&)> read;
  /// The step: the numbers of train_columns().
  std::function<std::vector<StepValue>(const Data&, const Batch&)> work;
  /// All that `work` takes from the batch itself, as text: steps of equal text may share a graph. Empty: nothing.
  std::function<std::string(const Batch&)> variant = {};
};

template <class Data>
std::unique_ptr<StepRunner> step_runner(StepParts<Data> parts) {
  class Runner : public StepRunner {
   public:
    explicit Runner(StepParts<Data> parts) : parts_(std::move(parts)), ahead_(parts_.read) {}
    std::vector<StepValue> run(const Batch& batch, const std::optional<Batch>& next, bool as_graph) override {
      return repeated_(as_graph, ahead_.take(batch, next), parts_.variant ? parts_.variant(batch) : "",
                       [&](const Data& data) { return parts_.work(data, batch); });
    }

   private:
    StepParts<Data> parts_;
    BatchAhead<Batch, Data> ahead_;
    RepeatedStep<Data> repeated_;
  };
  return std::make_unique<Runner>(std::move(parts));
}

}  // namespace scrim
