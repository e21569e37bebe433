#include "training/loop/step_queue.h"

#include "kernels/concat/concat.h"
#include "tensor/compute_device.h"

namespace scrim {
namespace {

[[noreturn]] void stop_at(const Batch& batch, const std::string& fault) {
  throw NonFiniteError(
      fmt::format("[train] stopped at step {} (epoch {}): {}. The last good checkpoint is kept.",
                  batch.step + 1, batch.epoch + 1, fault));
}

/// A copy of all numbers in a row.
Tensor joined(const std::vector<Tensor>& parts) {
  std::vector<ConstView> views;
  std::int64_t total = 0;
  for (const Tensor& part : parts) {
    views.push_back(part.reshape({part.numel()}).view());
    total += part.numel();
  }
  Tensor all = parts.front().empty_like({total});
  kernels::concat(views, 0, all.mutable_view());
  return all;
}

}  // namespace

StepQueue::StepQueue(TrainingTask& task, const Options& options) : task_(task), steps_(task.steps()) {
  set_options(options);
}

void StepQueue::set_options(const Options& options) {
  options_ = options;
  for (Learner* learner : task_.learners()) learner->set_reads_later(options.reads_later);
}

void StepQueue::run(const Batch& batch, const std::optional<Batch>& next) {
  Unread unread{batch, {}, {}};
  try {
    unread.values = steps_->run(batch, next, options_.as_graphs);
  } catch (const NonFiniteError& e) {
    stop_at(batch, e.what());
  } catch (const NoRoomError& e) {
    if (!options_.as_graphs) throw;
    throw NoRoomError(fmt::format("{}, and training.cuda_graph = false", e.what()));
  }
  std::vector<Tensor> numbers;
  for (const StepValue& value : unread.values) numbers.push_back(value.numbers);
  unread.numbers = joined(numbers);  // a replayed step writes over its own
  unread_.push_back(std::move(unread));
}

void StepQueue::read(const std::function<void(std::int64_t, const std::vector<double>&)>& use) {
  std::vector<Tensor> of_steps;
  for (const Unread& unread : unread_) of_steps.push_back(unread.numbers);
  const Tensor known = to_host(joined(of_steps));
  std::span<const float> numbers = known.data<float>();
  const std::vector<Unread> steps = std::exchange(unread_, {});
  for (const Unread& step : steps) {
    std::vector<double> row;
    for (const StepValue& value : step.values) {
      if (const auto fault = Learner::fault_of(value, numbers))
        stop_at(step.batch, named_fault(step.batch).value_or(*fault));
      row.push_back(Learner::number_of(value, numbers));
      numbers = numbers.subspan(std::size_t(value.numbers.numel()));
    }
    use(step.batch.step + 1, row);
  }
}

std::optional<std::string> StepQueue::named_fault(const Batch& batch) {
  set_options({});
  try {
    steps_->run(batch, std::nullopt, false);
  } catch (const NonFiniteError& e) {
    return e.what();
  } catch (const Error&) {  // a consequence of the fault
  }
  return std::nullopt;
}

}  // namespace scrim
